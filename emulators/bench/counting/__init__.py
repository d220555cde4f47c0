"""Counting what a run costs, from outside: access logs, the task hub's file, and the kernel's figures."""
