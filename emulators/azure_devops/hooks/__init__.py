"""Service hooks: subscriptions, and the delivery of events to web hooks.

https://learn.microsoft.com/rest/api/azure/devops/hooks
"""
