"""The routes for service hooks of Azure DevOps: deliveries, and the subscriptions that the app needs."""
