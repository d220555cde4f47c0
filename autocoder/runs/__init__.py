"""A run from its plan to its end: what is settled first, the rows of tables, how it ends."""
