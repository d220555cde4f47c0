"""Containers as plain processes, for machines without bubblewrap: paths are replaced, nothing is isolated.

In commands and values of the environment, every path that a container would mount is replaced by the folder
mapped to it. A variable marks each process, so that one that left its session is also found. The mounts: https://learn.microsoft.com/azure/container-instances/container-instances-volume-emptydir
"""

import asyncio
import contextlib
import os
import re
import shlex
import shutil
import signal
import tempfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from emulators.azure_resource_manager.isolation.launch import Launch
from emulators.processes.marked import kill_marked, marked
from emulators.processes.watch import Watch

MARK = "AUTOCODER_LOCAL_CONTAINER"
ALIAS = "autocoder-"


class PlainProcesses:
    """Starts containers without isolation; *instance* marks the processes of this emulator."""

    name = "none"

    def __init__(self, folder: Path, instance: str) -> None:
        self.folder = folder  # holds the groups, and trees of links for images
        self.instance = instance
        self.alias = folder if shlex.quote(str(folder)) == str(folder) else _alias(folder)
        self._watch = Watch(MARK, f"{instance}/", None if self.alias == folder else self.alias.parent)

    async def start(self, launch: Launch, output: int) -> asyncio.subprocess.Process:
        """Start *launch* in a session of its own; raises `OSError` when it cannot run."""
        if launch.image.root:
            raise OSError("An image with its own root needs bubblewrap.")
        await self._watch.start()
        paths = self._paths(launch)
        home = launch.folder / "home"
        home.mkdir(parents=True, exist_ok=True)
        environment = {"HOME": str(home), **launch.image.environment, **launch.environment}
        replaced = {name: replace(value, paths) for name, value in environment.items()}
        return await asyncio.create_subprocess_exec(
            *(replace(word, paths) for word in launch.command),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=asyncio.subprocess.STDOUT,
            cwd=home,
            env={**replaced, MARK: self._mark(launch.mark)},
            start_new_session=True,
        )

    async def end(self, process: asyncio.subprocess.Process, mark: str) -> None:
        """Kill the container's session, then every process that still carries its mark."""
        if process.returncode is None:
            _kill_session(process.pid)
        await process.wait()
        kill_marked(MARK, self._mark(mark))

    def kill(self, process: asyncio.subprocess.Process) -> None:
        """Kill the first process and its session."""
        if process.returncode is None:
            _kill_session(process.pid)

    def processes(self, process: asyncio.subprocess.Process, mark: str) -> list[int]:  # noqa: ARG002
        """Return the ids of the processes with the container's mark."""
        return marked(MARK, self._mark(mark))

    async def close(self) -> None:
        """End the program that watches."""
        await self._watch.close()
        _remove_alias(self.alias)

    def _mark(self, mark: str) -> str:
        return f"{self.instance}/{mark}/"

    def _paths(self, launch: Launch) -> dict[str, str]:
        """Return the replacement of each path of the image and of the volumes."""
        tree = self.folder / "images" / launch.image.name.replace("/", "-")
        paths = {launch.image.home: self._shown(launch.folder / "home")}
        for bind in launch.image.binds:
            link = tree / bind.target.lstrip("/")
            link.parent.mkdir(parents=True, exist_ok=True)
            if not link.exists():
                link.symlink_to(bind.source)
            for path in (PurePosixPath(bind.target), *PurePosixPath(bind.target).parents):
                if len(path.parts) > 2:  # not `/`, `/opt`, `/etc`
                    paths[str(path)] = self._shown(tree / path.relative_to("/"))
        paths.update({bind.target: self._shown(bind.source) for bind in launch.volumes})
        return paths

    def _shown(self, path: Path) -> str:
        """Return *path* as containers see it, without characters that a shell script would have to quote."""
        return str(self.alias / path.relative_to(self.folder))


def replace(text: str, paths: Mapping[str, str]) -> str:
    """Return *text* with each of *paths* replaced where it is a complete path, longest first."""
    names = "|".join(re.escape(path) for path in sorted(paths, key=len, reverse=True))
    return re.sub(rf"(?<![\w./-])(?:{names})(?![\w.-])", lambda found: paths[found.group()], text)


def _alias(folder: Path) -> Path:
    """Return a link to *folder*, whose path needs quotes in a shell, in a private temporary folder."""
    alias = Path(tempfile.mkdtemp(prefix=ALIAS)) / "containers"
    alias.symlink_to(folder)
    return alias


def _remove_alias(alias: Path) -> None:
    """Remove the link *alias* and its folder; does nothing when *alias* is the folder of groups itself."""
    if alias.is_symlink() and alias.parent.name.startswith(ALIAS):
        shutil.rmtree(alias.parent, ignore_errors=True)


def _kill_session(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
