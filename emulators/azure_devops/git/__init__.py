"""Git repositories: refs, items, commits, pushes, and Git over smart HTTP."""
