"""What runs in the containers around the agent: the clone, and the supervisor with its model gateway.

Standard library and git alone, so that the image is small; `autocoder.policy` and `autocoder.redaction` are
copied next to it.
"""
