"""The emulated Azure DevOps: work items, Git, pull requests, service hooks, and pages to look at.

https://learn.microsoft.com/rest/api/azure/devops
"""
