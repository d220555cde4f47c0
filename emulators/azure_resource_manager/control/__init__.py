"""Control of the platform outside the API, for tests and benchmarks: failures, restarts, limits, processes.

The failures are documented ones: https://learn.microsoft.com/azure/container-instances/container-instances-troubleshooting
"""
