"""The order of a run's steps: deterministic generators that do no I/O of their own."""
