"""The local agent: executes the steps of a run as processes on this machine.

https://learn.microsoft.com/azure/devops/pipelines/agents/agents
"""
