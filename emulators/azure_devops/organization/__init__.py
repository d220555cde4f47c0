"""The organisation: catalogue, projects, identities, access."""
