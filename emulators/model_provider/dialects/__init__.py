"""The dialects: each reads a provider's request into a `Question` and writes an `Answer` as its own JSON."""
