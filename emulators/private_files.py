"""Files that hold secrets: readable only by this user, and never visible half-written.

https://man7.org/linux/man-pages/man2/link.2.html, https://man7.org/linux/man-pages/man2/rename.2.html
"""

import contextlib
import os
from pathlib import Path


def write_private(path: Path, content: bytes | str) -> None:
    """Write *content* to *path* atomically; creates the folder if it does not exist."""
    _draft(path, content).replace(path)


def create_private(path: Path, content: bytes | str) -> None:
    """Write *content* to *path* unless the file exists; of several programs, the first one wins."""
    draft = _draft(path, content)
    with contextlib.suppress(FileExistsError):
        os.link(draft, path)
    draft.unlink()


def _draft(path: Path, content: bytes | str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    data = content.encode() if isinstance(content, str) else content
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(data)
    return draft
