"""Pipelines: definitions, runs, their YAML, and the local agent that executes the steps.

https://learn.microsoft.com/rest/api/azure/devops/pipelines
"""
