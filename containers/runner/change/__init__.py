"""What the agent changed in the work tree: found, read once, judged and committed."""
