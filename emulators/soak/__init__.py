"""`make soak`: many runs in trouble that a seed chooses, and a count of what must be zero afterwards."""
