"""The value of `IDENTITY_HEADER`, made on first use and readable only by its owner.

https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference
"""

import secrets
from pathlib import Path

from emulators.private_files import create_private


def identity_header(state: Path) -> str:
    """Return the value of `IDENTITY_HEADER` under *state*; programs that start at once get the same one."""
    path = state / "identity" / "header"
    if not path.exists():
        create_private(path, secrets.token_hex(16).upper())
    return path.read_text()
