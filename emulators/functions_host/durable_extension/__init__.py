"""Microsoft's Durable extension as the task hub of this host, in place of the embedded one.

The extension is a program of its own (its source is in `tests/durable_extension/`). It keeps its state in
Azure Storage, and asks this host for every orchestrator and activity.
"""
