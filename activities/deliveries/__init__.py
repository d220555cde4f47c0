"""The activities of deliveries of service hooks: what happens between their answer and a run."""
