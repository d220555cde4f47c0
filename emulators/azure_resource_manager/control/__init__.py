"""What tests and benchmarks do to the platform beside the API: troubles, restarts, limits, live processes."""
