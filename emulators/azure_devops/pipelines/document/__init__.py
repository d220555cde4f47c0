"""A pipeline's YAML file: loaded, its parameters bound, its template expressions expanded, its steps read.

https://learn.microsoft.com/azure/devops/pipelines/yaml-schema
"""
