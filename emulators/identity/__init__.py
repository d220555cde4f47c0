"""The managed identity endpoint of App Service and Azure Functions: tokens for every other emulator.

https://learn.microsoft.com/azure/app-service/overview-managed-identity
"""
