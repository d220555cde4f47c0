"""Git repositories: refs, items, commits, pushes, and Git over smart HTTP.

https://learn.microsoft.com/rest/api/azure/devops/git
"""
