"""Operations on container groups over HTTP, and the JSON that they answer with.

https://learn.microsoft.com/rest/api/container-instances/container-groups
"""
