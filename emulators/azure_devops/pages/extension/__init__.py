"""Hosts the extension on the pages, as Azure DevOps does: frames, tokens, and what its manifest contributes.

https://learn.microsoft.com/azure/devops/extend/reference/targets/overview
"""
