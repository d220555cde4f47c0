"""The clients of Azure DevOps and Azure: no other code calls them."""
