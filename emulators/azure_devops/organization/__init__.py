"""The organisation: catalogue, projects, identities and permissions.

https://learn.microsoft.com/rest/api/azure/devops/core
"""
