"""Container instances of Azure Resource Manager over TLS; containers run as processes of this machine.

https://learn.microsoft.com/rest/api/container-instances/
"""
