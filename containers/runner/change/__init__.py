"""The agent's change in the work tree: compared, read once, checked and committed."""
