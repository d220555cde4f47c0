"""Control of the platform beside the API, for tests and benchmarks: troubles, restarts, limits, processes.

The troubles are documented ones: https://learn.microsoft.com/azure/container-instances/container-instances-troubleshooting
"""
