"""The scripted model: conversations, and what it says and calls next; free of any provider's dialect."""
