"""The rules for names, and the check for repeated names.

https://learn.microsoft.com/azure/container-instances/container-instances-troubleshooting#naming-errors
"""

import re
from collections.abc import Iterable

from emulators.azure_resource_manager.errors import invalid

NAME = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
VOLUME_NAME = re.compile(r"(?!.*--)[a-z0-9][-a-z0-9]{3,61}[a-z0-9]")
VARIABLE_NAME = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_]{0,61}[A-Za-z0-9_])?")
SECRET_NAME = re.compile(r"(?!\.+$)[A-Za-z0-9._-]{1,253}")


def check_unique(code: str, kind: str, names: Iterable[str]) -> None:
    """Raise `ResourceManagerError` (400 with *code*) for the first of *names* that repeats."""
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise invalid(code, f"The {kind} '{name}' is used more than once.")
        seen.add(name)
