"""How a container becomes a process of this machine: images, ports, and the two kinds of isolation.

It stands for the isolation of a container in its group: https://learn.microsoft.com/azure/container-instances/container-instances-container-groups
"""
