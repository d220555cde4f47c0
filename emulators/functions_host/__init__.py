"""An embedded Azure Functions host for Python apps: serves any `function_app.py` on one machine.

HTTP and timer triggers with their keys, and Durable Functions (the v1 out-of-process protocol of
azure-functions-durable) on an event-sourced SQLite store that survives `kill -9`.
It replaces Core Tools:
https://learn.microsoft.com/azure/azure-functions/functions-run-local
"""
