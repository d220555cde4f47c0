"""Operations on container groups over HTTP, and the JSON of their answers.

https://learn.microsoft.com/rest/api/container-instances/container-groups
"""
