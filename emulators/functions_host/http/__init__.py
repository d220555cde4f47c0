"""HTTP triggers with their routes, cross-origin requests, and the host's own admin API.

https://learn.microsoft.com/azure/azure-functions/functions-bindings-http-webhook-trigger
"""
