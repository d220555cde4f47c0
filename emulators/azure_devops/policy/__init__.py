"""Branch and repository policies.

https://learn.microsoft.com/rest/api/azure/devops/policy
"""
