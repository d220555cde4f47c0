"""The secrets of Azure Key Vault over TLS, with its authentication challenge.

https://learn.microsoft.com/rest/api/keyvault/
"""
