"""What the agent changed, read from the pack, and whether it may go out."""
