"""The repositories of the benchmark, each pushed as one fast-import stream.

https://git-scm.com/docs/git-fast-import
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass

SEED = 20_240_917
AUTHOR = b"Bench <bench@noreply.invalid> 1700000000 +0000"
BRANCH = "main"


@dataclass(frozen=True, slots=True)
class Contents:
    """A repository: its name, the number and size of its files, and the bytes in its history."""

    name: str
    files: int
    file_bytes: int
    history_bytes: int = 0


SMALL = Contents("bench-small", files=10, file_bytes=1_000)
LARGE = Contents("bench-large", files=5_000, file_bytes=2_000, history_bytes=100_000_000)
HISTORY_PIECE = 1_000_000


def stream(contents: Contents) -> Iterator[bytes]:
    """Yield the input of `git fast-import`: old commits with large, later deleted files, then the files.

    All data comes from a generator with a fixed seed, so that it does not compress and is always the same.
    """
    chance = random.Random(SEED)  # noqa: S311 - test data, not a secret
    for number in range(contents.history_bytes // HISTORY_PIECE):
        yield _commit(f"Replace the data, {number}")
        yield _file("data.bin", chance.randbytes(HISTORY_PIECE))
    yield _commit("Add the files")
    if contents.history_bytes:
        yield b"D data.bin\n"
    for number in range(contents.files):
        text = chance.randbytes(contents.file_bytes // 2).hex()
        yield _file(f"part{number // 100:02}/file{number:04}.txt", f"{text}\n".encode())
    yield b"done\n"


def _commit(message: str) -> bytes:
    head = f"commit refs/heads/{BRANCH}\ncommitter ".encode() + AUTHOR
    return head + f"\ndata {len(message)}\n{message}\n".encode()


def _file(path: str, content: bytes) -> bytes:
    return f"M 100644 inline {path}\ndata {len(content)}\n".encode() + content + b"\n"
