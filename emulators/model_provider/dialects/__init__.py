"""The dialects: each turns a provider's request into a `Question`, and an `Answer` into its JSON."""
