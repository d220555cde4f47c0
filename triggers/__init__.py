"""The HTTP and timer triggers that start, show, cancel and clean up runs."""
