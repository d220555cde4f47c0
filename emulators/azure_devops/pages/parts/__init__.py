"""What every page is made of: HTML, the frame, texts, and what several pages show alike.

https://learn.microsoft.com/azure/devops/project/navigation/
"""
