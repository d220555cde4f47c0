"""The model gateway: a loopback server that adds the provider's key to calls and enforces the budget."""
