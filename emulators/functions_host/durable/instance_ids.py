"""The rules for ids of orchestration instances.

https://learn.microsoft.com/azure/azure-functions/durable/durable-functions-instance-management#start-instances
"""

import re

from emulators.functions_host.errors import ArgumentError

FORBIDDEN = re.compile(r"[/\\#?\x00-\x1f\x7f-\x9f]")
MAX_LENGTH = 256


def check_instance_id(instance_id: str) -> None:
    """Check the id of a new instance; raises `ArgumentError` when it is not allowed."""
    if instance_id.startswith("@"):
        raise ArgumentError("Orchestration instance IDs must not start with '@'.")
    if FORBIDDEN.search(instance_id):
        raise ArgumentError("Instance IDs must not contain /, \\, #, ?, or control characters.")
    if not 1 <= len(instance_id) <= MAX_LENGTH:
        raise ArgumentError(f"Instance IDs must be between 1 and {MAX_LENGTH} characters.")
