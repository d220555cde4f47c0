"""What the agent is told: the templates and what fills them."""
