"""Timer triggers and the NCRONTAB schedules they run on.

https://learn.microsoft.com/azure/azure-functions/functions-bindings-timer
"""
