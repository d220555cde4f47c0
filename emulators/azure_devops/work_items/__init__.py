"""Work items: types, revisions, comments, attachments, queries.

https://learn.microsoft.com/rest/api/azure/devops/wit
"""
