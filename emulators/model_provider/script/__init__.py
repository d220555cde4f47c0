"""The scripted model: its conversations and its next answer, independent of any provider's dialect."""
