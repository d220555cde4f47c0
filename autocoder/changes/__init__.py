"""Reading the agent's change from its pack, and checking whether it may be pushed."""
