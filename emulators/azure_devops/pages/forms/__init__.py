"""The forms of the pages: what a person may change without signing in.

https://learn.microsoft.com/azure/devops/boards/work-items/view-add-work-items
"""
