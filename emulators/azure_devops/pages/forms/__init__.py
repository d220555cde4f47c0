"""The forms of the pages, which change work items without a sign-in.

https://learn.microsoft.com/azure/devops/boards/work-items/view-add-work-items
"""
