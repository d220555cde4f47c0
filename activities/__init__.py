"""What a run does to the world: one verb a file, and file = function = activity name."""
