"""What scenarios have in common, or do at their end."""
