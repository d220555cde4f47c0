"""Sets up the emulated organisation, outside the imitated surface."""
