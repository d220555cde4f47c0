"""Persistent storage: JSON documents in SQLite, and bare Git repositories.

https://git-scm.com/docs/gitrepository-layout
"""
