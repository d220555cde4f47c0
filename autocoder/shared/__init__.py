"""What both sides of a run use; standard library only, because the runner's image holds a copy."""
