"""The HTTP API that manages instances: its routes, URLs, lists and views."""
