"""The body of a PUT: typed, and checked as the service checks it.

https://learn.microsoft.com/rest/api/container-instances/container-groups/create-or-update
"""
