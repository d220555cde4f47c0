"""The emulated Azure DevOps: work items, Git, pull requests, service hooks, and web pages.

https://learn.microsoft.com/rest/api/azure/devops
"""
