"""Pull requests: threads, statuses, merging, events."""
