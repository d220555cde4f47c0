"""`make bench`: measures the overhead of a run, compared with a bare script on the same platform."""
