"""Control routes, which Azure DevOps does not have, to set up the emulated organisation; and their client.

https://learn.microsoft.com/azure/devops/organizations/accounts/create-organization
"""
