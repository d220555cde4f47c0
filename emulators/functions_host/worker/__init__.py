"""The tasks of the Python worker: loading the app, checking its functions, and invoking them.

https://github.com/Azure/azure-functions-python-worker
"""
