"""Pages for people: a project, a repository, a work item, a pull request, a run.

They follow the web portal: https://learn.microsoft.com/azure/devops/project/navigation/
"""
