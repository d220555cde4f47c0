"""Runs containers as processes of this machine: images, ports, and two kinds of isolation.

The service's own isolation of groups: https://learn.microsoft.com/azure/container-instances/container-instances-container-groups
"""
