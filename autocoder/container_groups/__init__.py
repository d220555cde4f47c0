"""The container group of a run: how it is built, asked for, and read."""
