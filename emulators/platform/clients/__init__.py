"""Clients of a running platform: Azure DevOps as a person uses it, Git, and the app's REST interface."""
