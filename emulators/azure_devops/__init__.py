"""Azure DevOps on this machine: work items, Git, pull requests, service hooks, and pages to look at."""
