"""The only way from the agent to a model: a loopback server that adds the key and keeps the budget."""
