"""Durable Functions: the task hub, its orchestrations, and the HTTP API that manages them.

https://learn.microsoft.com/azure/azure-functions/durable/durable-functions-overview
"""
