"""Reads refs from files, and objects through `cat-file --batch`, without a new process for each.

https://git-scm.com/docs/git-cat-file
"""

import asyncio
import subprocess
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path

from emulators.azure_devops.storage import git_commands as git

KEPT_OPEN = 8
ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class GitObject:
    """An object: its id, its type (blob, tree, commit, tag) and its bytes."""

    id: str
    type: str
    content: bytes


def read_ref(repository: Path, ref: str) -> str | None:
    """Return the commit that *ref* points to, or None."""
    if not git.is_ref(ref):
        return None
    try:
        value = (repository / ref).read_text().strip()
    except (OSError, UnicodeDecodeError):
        return _packed(repository).get(ref)
    return value if git.is_sha(value) else None


def all_refs(repository: Path, prefix: str = "refs/") -> dict[str, str]:
    """Return the refs whose name starts with *prefix*, sorted by name."""
    found = _packed(repository)
    for path in (repository / "refs").rglob("*"):
        name = path.relative_to(repository).as_posix()
        value = read_ref(repository, name) if path.is_file() else None
        if value is not None:
            found[name] = value
    return {name: found[name] for name in sorted(found) if name.startswith(prefix)}


def _packed(repository: Path) -> dict[str, str]:
    """Return the refs of `packed-refs`: https://git-scm.com/docs/git-pack-refs."""
    try:
        lines = (repository / "packed-refs").read_text().splitlines()
    except OSError:
        return {}
    pairs = (line.split(" ", 1) for line in lines if line and line[0] not in "#^")
    return {name: value for value, name in pairs}


class _Reader:
    """One `git cat-file --batch` process, which answers one request at a time."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._turn = asyncio.Lock()

    @classmethod
    async def start(cls, repository: Path) -> "_Reader":
        """Return a reader of the objects of *repository*, its process started."""
        process = await asyncio.create_subprocess_exec(
            "git", "--git-dir", str(repository), "cat-file", "--batch",
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            env=git.environment(), limit=1 << 20,
        )  # fmt: skip
        return cls(process)

    @property
    def alive(self) -> bool:
        """Whether the process is still running."""
        return self._process.returncode is None

    async def ask(self, name: str) -> GitObject | None:
        """Return the object *name*, or None; raises `EOFError` when the process has ended."""
        stdin, stdout = self._process.stdin, self._process.stdout
        if stdin is None or stdout is None:
            raise git.GitError("the reader has no pipes")
        async with self._turn:
            stdin.write(name.encode() + b"\n")
            await stdin.drain()
            line = await stdout.readline()
            if not line:
                raise EOFError
            words = line.decode(errors="replace").split()
            if len(words) != 3 or not words[2].isdigit() or not git.is_sha(words[0]):
                return None  # the object is missing, or its name is ambiguous
            content = await stdout.readexactly(int(words[2]))
            await stdout.readexactly(1)
        return GitObject(words[0], words[1], content)

    async def close(self) -> None:
        """End the process after the current answer."""
        async with self._turn:
            if self.alive:
                self._process.kill()
            await self._process.wait()


class Objects:
    """Objects of all repositories; recently used repositories keep a process open."""

    def __init__(self) -> None:
        self._readers: OrderedDict[Path, _Reader] = OrderedDict()
        self._opening = asyncio.Lock()

    async def read(self, repository: Path, name: str) -> GitObject | None:
        """Return the object that *name* (`<commit>:<path>`, or an id) names, or None.

        Raises `GitError` when the git process fails.
        """
        if "\n" in name or "\x00" in name or name.startswith("-"):
            return None
        for _ in range(ATTEMPTS):
            reader = await self._reader(repository)
            try:
                return await reader.ask(name)
            except (
                EOFError,
                ConnectionError,
            ):  # it was closed in favour of another one, or it ended
                continue
        raise git.GitError(f"cannot read {name}")

    async def _reader(self, repository: Path) -> _Reader:
        async with self._opening:
            reader = self._readers.get(repository)
            if reader is None or not reader.alive:
                reader = self._readers[repository] = await _Reader.start(repository)
            self._readers.move_to_end(repository)
            while len(self._readers) > KEPT_OPEN:
                _, oldest = self._readers.popitem(last=False)
                await oldest.close()
        return reader

    async def close(self) -> None:
        """End all open processes."""
        while self._readers:
            _, reader = self._readers.popitem()
            await reader.close()
