"""Pull requests: threads, statuses, merging, events.

https://learn.microsoft.com/rest/api/azure/devops/git/pull-requests
"""
