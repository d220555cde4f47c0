"""The programs of the containers around the agent: the clone, and the supervisor with its model gateway.

They use the standard library and Git only, so that the image is small. The image holds a copy of
`autocoder/shared` beside this package.
"""
