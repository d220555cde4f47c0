"""Serves the built files of the extension on an origin of their own, as the Marketplace does.

https://learn.microsoft.com/azure/devops/extend/develop/manifest#files
"""
