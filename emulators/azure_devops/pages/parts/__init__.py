"""The parts of every page: HTML, layout, rendered texts, and views that several pages share.

https://learn.microsoft.com/azure/devops/project/navigation/
"""
