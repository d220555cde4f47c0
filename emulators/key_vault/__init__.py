"""Azure Key Vault's secrets over TLS, with its authentication challenge."""
