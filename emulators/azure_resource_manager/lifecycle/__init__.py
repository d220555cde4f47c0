"""A container group from its PUT to its end: containers, volumes, states, quotas and throttling.

https://learn.microsoft.com/azure/container-instances/container-state
"""
