"""The life of a container group: containers, volumes, states, quotas and throttling.

https://learn.microsoft.com/azure/container-instances/container-state
"""
