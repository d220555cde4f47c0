"""Durable Functions: the task hub and its orchestrations.

https://learn.microsoft.com/azure/azure-functions/durable/durable-functions-overview
"""
