"""Azure Key Vault's secrets over TLS, with its authentication challenge.

https://learn.microsoft.com/rest/api/keyvault/
"""
