"""The core of all services: calls, resources, state, errors and versions.

https://learn.microsoft.com/rest/api/azure/devops
"""
