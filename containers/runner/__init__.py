"""What runs in the containers around the agent: the clone, and the supervisor with its model gateway.

Standard library and Git only, so that the image is small; the folder `autocoder/shared` is copied next to it.
"""
