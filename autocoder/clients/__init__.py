"""The clients: the only code that speaks to Azure DevOps and to Azure."""
