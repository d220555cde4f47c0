"""Autocoder's domain, from a work item to a pull request; it does not depend on Azure Functions."""
