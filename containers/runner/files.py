"""AnswerReader what foreign code may have written, and writing so that a reader never sees half a file."""

import contextlib
import os
import stat
from pathlib import Path

_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


def open_regular(path: Path | str, folder: int | None = None) -> int | None:
    """Return a descriptor of the regular file *path*, or None: no link is followed and no pipe waited for."""
    try:
        descriptor = os.open(path, _FLAGS, dir_fd=folder)
    except OSError:
        return None
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        return descriptor
    os.close(descriptor)
    return None


def read_regular(
    path: Path | str, limit: int, *, tail: bool = False, folder: int | None = None
) -> bytes | None:
    """Return at most *limit* bytes of a regular file, the last ones for *tail*; None when there is none."""
    descriptor = open_regular(path, folder)
    if descriptor is None:
        return None
    with os.fdopen(descriptor, "rb") as file:
        if tail:
            file.seek(max(0, os.fstat(descriptor).st_size - limit))
        return file.read(limit)


def write_whole(path: Path, content: bytes | str = b"") -> None:
    """Write *content* to *path* in one step, with the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.new")
    with contextlib.suppress(FileNotFoundError):
        temporary.unlink()
    temporary.write_bytes(content.encode() if isinstance(content, str) else content)
    temporary.replace(path)
