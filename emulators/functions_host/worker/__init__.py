"""What the Python worker does: load the app, check its functions, and invoke them.

https://github.com/Azure/azure-functions-python-worker
"""
