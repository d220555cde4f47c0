"""The container group of a run: its specification, and the meaning of its state."""
