"""The value of `IDENTITY_HEADER`, made on first use and readable by its owner alone.

https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference
"""

import os
import secrets
from pathlib import Path


def identity_header(state: Path) -> str:
    """Return the value of `IDENTITY_HEADER` under *state*; the same for programs that start at once."""
    path = state / "identity" / "header"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = path.with_suffix(f".{os.getpid()}.tmp")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(secrets.token_hex(16).upper())
        try:
            os.link(draft, path)  # the first writer wins
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text()
