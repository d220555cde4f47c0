"""The agent's prompts: templates, and the code that fills them."""
