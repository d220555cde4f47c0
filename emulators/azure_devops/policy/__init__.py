"""Branch and repository policies."""
