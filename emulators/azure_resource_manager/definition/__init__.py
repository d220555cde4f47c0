"""The body of a PUT: its types, and the service's checks of it.

https://learn.microsoft.com/rest/api/container-instances/container-groups/create-or-update
"""
