"""The managed identity endpoint of App Service and Azure Functions: tokens for every other emulator."""
