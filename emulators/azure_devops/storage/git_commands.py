"""Git commands on bare repositories, with argument lists and an isolated environment.

https://git-scm.com/docs/git
"""

import asyncio
import os
import re
import subprocess
from pathlib import Path

ZERO = "0" * 40
_SHA = re.compile(r"^[0-9a-f]{40}$")
_BAD_REF = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|//|/\.|\.lock(/|$)|/$|\.$")


class GitError(Exception):
    """Git failed; the message is its error output."""


def environment(**more: str) -> dict[str, str]:
    """Return the environment of every git process, which ignores the user's configuration."""
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "LC_ALL": "C",
        "HOME": "/nonexistent",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_TERMINAL_PROMPT": "0",
        **more,
    }


def configuration(values: dict[str, str]) -> dict[str, str]:
    """Return *values* as environment variables that git reads as configuration."""
    numbered = {"GIT_CONFIG_COUNT": str(len(values))}
    for number, (key, value) in enumerate(values.items()):
        numbered[f"GIT_CONFIG_KEY_{number}"] = key
        numbered[f"GIT_CONFIG_VALUE_{number}"] = value
    return numbered


async def run(
    repository: Path, *arguments: str, stdin: bytes = b"", more: dict[str, str] | None = None
) -> bytes:
    """Run git in *repository* and return its output; raises `GitError`."""
    process = await asyncio.create_subprocess_exec(
        "git",
        "--git-dir",
        str(repository),
        *arguments,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(**(more or {})),
    )
    output, complaint = await process.communicate(stdin)
    if process.returncode != 0:
        raise GitError(complaint.decode(errors="replace").strip() or f"exit code {process.returncode}")
    return output


async def text(repository: Path, *arguments: str) -> str:
    """Run git and return what it printed, without the last newline."""
    return (await run(repository, *arguments)).decode(errors="replace").rstrip("\n")


async def create(repository: Path, default_branch: str = "refs/heads/main") -> None:
    """Create an empty bare repository."""
    await run(repository, "init", "--quiet", "--bare", str(repository))
    await run(repository, "symbolic-ref", "HEAD", default_branch)


async def copy(source: Path, repository: Path) -> str:
    """Fill *repository* with the branches and tags of *source*, packed; returns the default branch's ref.

    Raises `GitError` when *source* is not a repository.
    """
    head = await asyncio.create_subprocess_exec(
        "git", "-C", str(source), "symbolic-ref", "HEAD",
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment(),
    )  # fmt: skip
    name, _ = await head.communicate()
    refs = ("+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*")
    await run(
        repository, "fetch", "--quiet", "--no-tags", "--update-head-ok", "--", str(source), *refs,
        more=configuration({"safe.directory": "*", "fetch.unpackLimit": "1", "gc.auto": "0"}),
    )  # fmt: skip
    await run(repository, "pack-refs", "--all")
    default = name.decode().strip() or "refs/heads/main"
    await run(repository, "symbolic-ref", "HEAD", default)
    return default


async def update_ref(repository: Path, ref: str, new: str, old: str = "") -> None:
    """Set *ref*, or delete it for the zero id; raises `GitError` if *old* is given and is not its value."""
    if new == ZERO:
        await run(repository, "update-ref", "-d", ref, *([old] if old else []))
    else:
        await run(repository, "update-ref", ref, new, *([old] if old else []))


async def is_ancestor(repository: Path, older: str, newer: str) -> bool:
    """Whether *older* is in the history of *newer*."""
    try:
        return await text(repository, "merge-base", older, newer) == older
    except GitError:
        return False


def is_sha(value: object) -> bool:
    """Whether *value* is a full object id."""
    return isinstance(value, str) and _SHA.match(value) is not None


def is_ref(value: object) -> bool:
    """Whether *value* is a full ref name that Git would accept."""
    if not isinstance(value, str) or not value.startswith("refs/") or value.count("/") < 2:
        return False
    return _BAD_REF.search(value) is None and not value.startswith("refs/-")
