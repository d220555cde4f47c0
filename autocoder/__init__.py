"""Autocoder's domain: from a work item to a pull request, without a word about Azure Functions."""
