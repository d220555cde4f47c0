"""Setting up the emulated organisation: calls that Azure DevOps itself does not have.

https://learn.microsoft.com/azure/devops/organizations/security/permissions-access
"""
