"""The organisation: catalogue, projects, identities, access.

https://learn.microsoft.com/rest/api/azure/devops/core
"""
