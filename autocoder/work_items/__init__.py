"""From the fields of a work item to what the agent reads."""
