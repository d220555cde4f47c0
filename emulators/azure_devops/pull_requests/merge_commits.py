"""Creates the commits that merge one branch into another, with as few processes as possible.

https://learn.microsoft.com/rest/api/azure/devops/git/merges
https://learn.microsoft.com/azure/devops/repos/git/merging-with-squash
"""

import hashlib
import os
import time
import zlib
from dataclasses import dataclass
from pathlib import Path

from emulators.azure_devops.core.state import JSON, Identity
from emulators.azure_devops.storage import git_commands as git
from emulators.azure_devops.storage.git_objects import Objects

MAX_PARENTS_READ = 30  # parents to read one by one before asking a git process


@dataclass(frozen=True, slots=True)
class Merge:
    """Two commits of a repository: *source* is merged into *target*, with *by* as the author."""

    objects: Objects
    path: Path
    source: str
    target: str
    by: Identity

    async def attempt(self, message: str) -> str | None:
        """Return a new merge commit, or None when the two conflict."""
        tree = await self._tree()
        return None if tree is None else self._commit(tree, [self.target, self.source], message)

    async def complete(self, options: JSON, message: str) -> str | None:
        """Return the commit for the target by the strategy of *options*, or None if it cannot be merged."""
        strategy = options.get("mergeStrategy", "noFastForward")
        if strategy in ("rebase", "rebaseMerge") and not await self._is_ahead():
            return None  # a rebase that replays commits is not covered
        if strategy == "rebase":
            return self.source
        if strategy == "squash":
            tree = await self._tree()
            return None if tree is None else self._commit(tree, [self.target], message)
        return await self.attempt(message)

    async def _is_ahead(self) -> bool:
        """Whether the source already contains the target."""
        commit = self.source
        for _ in range(MAX_PARENTS_READ):
            if commit == self.target:
                return True
            parents = await self._headers(commit, "parent")
            if len(parents) != 1:
                break
            commit = parents[0]
        return await git.is_ancestor(self.path, self.target, self.source)

    async def _tree(self) -> str | None:
        if await self._is_ahead():
            return (await self._headers(self.source, "tree"))[0]
        try:
            output = await git.text(self.path, "merge-tree", "--write-tree", self.target, self.source)
        except git.GitError:  # conflicts, or no common history
            return None
        tree = output.partition("\n")[0]
        return tree if git.is_sha(tree) else None

    async def _headers(self, commit: str, name: str) -> list[str]:
        found = await self.objects.read(self.path, commit)
        if found is None or found.type != "commit":
            raise git.GitError(f"{commit} is not a commit")
        lines = found.content.partition(b"\n\n")[0].decode(errors="replace").splitlines()
        return [value for key, _, value in (line.partition(" ") for line in lines) if key == name]

    def _commit(self, tree: str, parents: list[str], message: str) -> str:
        name = "".join(c for c in self.by.display_name if c.isprintable() and c not in "<>")
        signature = f"{name} <{self.by.unique_name}> {int(time.time())} +0000"
        lines = [f"tree {tree}", *(f"parent {parent}" for parent in parents)]
        lines += [f"author {signature}", f"committer {signature}", "", message, ""]
        return write_object(self.path, "commit", "\n".join(lines).encode())


def write_object(repository: Path, kind: str, content: bytes) -> str:
    """Write a loose object and return its id."""
    whole = f"{kind} {len(content)}\0".encode() + content
    name = hashlib.sha1(whole, usedforsecurity=False).hexdigest()
    _place(repository / "objects" / name[:2] / name[2:], zlib.compress(whole, 1))
    return name


def write_own_ref(repository: Path, ref: str, commit: str) -> None:
    """Set a ref that only the service writes, such as `refs/pull/1/merge`."""
    _place(repository / ref, commit.encode() + b"\n")


def _place(path: Path, content: bytes) -> None:
    """Write a file atomically."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}.{time.monotonic_ns()}")
    draft.write_bytes(content)
    draft.replace(path)
