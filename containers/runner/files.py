"""Safe reading of files that untrusted code may have written, and atomic writing.

https://man7.org/linux/man-pages/man2/open.2.html
"""

import contextlib
import os
import stat
from pathlib import Path

_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


def open_regular(path: Path | str, folder: int | None = None) -> int | None:
    """Return a descriptor of the regular file *path*, or None for anything else.

    It does not follow a symbolic link and does not block on a pipe. A relative *path* starts at the
    descriptor *folder*.
    """
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
    """Return the first *limit* bytes of a regular file, or the last ones if *tail*; None if there is none."""
    descriptor = open_regular(path, folder)
    if descriptor is None:
        return None
    with os.fdopen(descriptor, "rb") as file:
        if tail:
            file.seek(max(0, os.fstat(descriptor).st_size - limit))
        return file.read(limit)


def write_whole(path: Path, content: bytes | str = b"") -> None:
    """Write *content* to *path* so that a reader sees all of it or nothing; creates missing folders."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.new")
    with contextlib.suppress(FileNotFoundError):
        temporary.unlink()
    temporary.write_bytes(content.encode() if isinstance(content, str) else content)
    temporary.replace(path)
