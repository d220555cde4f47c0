"""Commits and packs for tests: real ones made by git, and malformed ones made by hand."""

import hashlib
import subprocess
import zlib
from pathlib import Path

ENVIRONMENT = {
    "GIT_AUTHOR_NAME": "A",
    "GIT_AUTHOR_EMAIL": "a@example.invalid",
    "GIT_COMMITTER_NAME": "A",
    "GIT_COMMITTER_EMAIL": "a@example.invalid",
    "GIT_AUTHOR_DATE": "2024-01-01T00:00:00Z",
    "GIT_COMMITTER_DATE": "2024-01-01T00:00:00Z",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "PATH": "/usr/bin:/bin:/usr/local/bin",
}


class Repo:
    """A repository with a base commit; `pack()` makes the pack that a supervisor uploads."""

    def __init__(self, folder: Path, files: dict[str, bytes]):
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.git("init", "-q", "-b", "main")
        self.base = self.commit(files)

    def git(self, *arguments: str, data: bytes | None = None) -> bytes:
        done = subprocess.run(
            ["git", *arguments], cwd=self.folder, input=data, env=ENVIRONMENT, capture_output=True
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def commit(self, files: dict[str, bytes | None] | None = None, message: str = "Change") -> str:
        for name, content in (files or {}).items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if content is None:
                path.unlink()
            else:
                path.write_bytes(content)
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", message)
        return self.git("rev-parse", "HEAD").decode().strip()

    def new_objects(self, new: str) -> list[str]:
        return self.git("rev-list", "--objects", "--no-object-names", f"{self.base}..{new}").decode().split()

    def base_trees(self, new: str) -> list[str]:
        found = [self.base, self.git("rev-parse", f"{self.base}^{{tree}}").decode().strip()]
        for line in self.git("diff-tree", "-r", "-t", "--no-renames", self.base, new).decode().splitlines():
            old_mode, _, old, *_ = line.split()
            if old_mode == ":040000":
                found.append(old)
        return found

    def pack(
        self, new: str, *options: str, without: set[str] = frozenset(), extra: tuple[str, ...] = ()
    ) -> bytes:
        names = [*self.new_objects(new), *self.base_trees(new), *extra]
        listed = "\n".join(dict.fromkeys(name for name in names if name not in without))
        return self.git("pack-objects", "--stdout", "-q", *options, data=listed.encode())


def packed(*entries: bytes, count: int | None = None) -> bytes:
    body = b"PACK" + (2).to_bytes(4, "big") + (len(entries) if count is None else count).to_bytes(4, "big")
    body += b"".join(entries)
    return body + hashlib.sha1(body).digest()


def entry(kind: int, data: bytes, *, declared: int | None = None, between: bytes = b"") -> bytes:
    size = len(data) if declared is None else declared
    head = bytearray()
    byte, size = (kind << 4) | (size & 15), size >> 4
    while size:
        head.append(byte | 0x80)
        byte, size = size & 0x7F, size >> 7
    head.append(byte)
    return bytes(head) + between + zlib.compress(data)


def varint(number: int) -> bytes:
    out = bytearray()
    while True:
        byte, number = number & 0x7F, number >> 7
        out.append(byte | (0x80 if number else 0))
        if not number:
            return bytes(out)
