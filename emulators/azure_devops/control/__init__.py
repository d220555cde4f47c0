"""Setting up the emulated organisation by routes that Azure DevOps does not have, and a client of them.

https://learn.microsoft.com/azure/devops/organizations/accounts/create-organization
"""
