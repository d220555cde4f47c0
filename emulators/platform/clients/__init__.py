"""Clients of a running platform: a person in Azure DevOps, Git, and a caller of the app's REST interface."""
