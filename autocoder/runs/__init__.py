"""A run from its plan to its end: the plan, the rows of its tables, and its ending."""
