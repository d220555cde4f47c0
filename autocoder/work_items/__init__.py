"""Converting the fields of a work item into the text that the agent reads."""
