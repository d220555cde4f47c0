"""The routes for the extension's pages in Azure Boards: twins of other routes, for people who sign in."""
