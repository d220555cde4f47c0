"""Durable Functions: the task hub, its orchestrations, and the HTTP API that manages them."""
