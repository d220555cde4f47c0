"""Containers in bubblewrap, with their own mounts, processes and user; they share the machine's network.

https://github.com/containers/bubblewrap. The root is a small read-only tree of this machine's programs; the
state folder and the user's home are not in it. Options and environment are passed through a file descriptor,
so that no secret appears in the process list.
"""

import asyncio
import contextlib
import os
import shutil
import signal
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path

from emulators.azure_resource_manager.isolation.images import Bind, Image, node_prefix, python_prefix
from emulators.azure_resource_manager.isolation.launch import Launch, children, descendants

NAMESPACES = (
    *("--unshare-user", "--unshare-pid", "--unshare-ipc", "--unshare-uts"),
    *("--die-with-parent", "--new-session", "--as-pid-1", "--cap-drop", "ALL"),
)
TOP_FOLDERS = ("bin", "sbin", "lib", "lib32", "lib64", "libx32")
ETC = (
    *("alternatives", "ca-certificates", "ld.so.cache", "ld.so.conf", "ld.so.conf.d", "localtime"),
    *("host.conf", "hosts", "nsswitch.conf", "resolv.conf", "protocols", "services", "mime.types"),
    *("ssl/certs", "ssl/openssl.cnf", "pki/tls/certs", "java-17-openjdk", "java-21-openjdk"),
)
MAX_TMP_BYTES = str(2 << 30)


class Sandbox:
    """Starts each container in its own bubblewrap."""

    name = "bubblewrap"

    def __init__(self, program: str, folder: Path) -> None:
        self.program = program
        self.folder = folder  # holds the account files that containers see
        self.machine = tuple(_machine())
        self._made: set[Path] = set()

    async def start(self, launch: Launch, output: int) -> asyncio.subprocess.Process:
        """Start *launch*; its first process is process 1, as in a container."""
        descriptor = _in_memory([*self._options(launch), "--clearenv", *_variables(launch)])
        try:
            return await asyncio.create_subprocess_exec(
                self.program,
                *("--args", str(descriptor), "--", *launch.command),
                pass_fds=(descriptor,),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=asyncio.subprocess.STDOUT,
                cwd="/",
                env={},
            )
        finally:
            os.close(descriptor)

    async def end(self, process: asyncio.subprocess.Process, mark: str) -> None:  # noqa: ARG002
        """Kill process 1 of the container; the kernel then kills all others, and bubblewrap ends."""
        self.kill(process)
        await process.wait()

    def kill(self, process: asyncio.subprocess.Process) -> None:
        """Kill process 1, or bubblewrap itself if it has not started process 1 yet."""
        if process.returncode is None:
            for pid in children(process.pid) or [process.pid]:
                _kill(pid)

    def processes(self, process: asyncio.subprocess.Process, mark: str) -> list[int]:  # noqa: ARG002
        """Return bubblewrap's own id and those of everything below it."""
        return [process.pid, *descendants(process.pid)] if process.returncode is None else []

    async def close(self) -> None:
        """Do nothing: containers share no process."""

    def _options(self, launch: Launch) -> list[str]:
        image = launch.image
        user = str(image.user)
        binds = [*self._etc(image), *image.binds, *launch.volumes]
        return [
            *NAMESPACES,
            *("--uid", user, "--gid", user, "--hostname", launch.hostname),
            *(_own_root(image.root) if image.root else self.machine),
            *("--proc", "/proc", "--dev", "/dev", "--tmpfs", "/run", "--tmpfs", "/home"),
            *("--perms", "1777", "--size", MAX_TMP_BYTES, "--tmpfs", "/tmp"),  # noqa: S108
            *("--dir", image.home),
            *([] if image.root else _interpreters()),
            *_mounts(binds),
            *("--remount-ro", "/"),
            *("--chdir", image.directory),
        ]

    def _etc(self, image: Image) -> list[Bind]:
        """Return the image's `/etc`: this machine's settings, and accounts that know the image's user.

        It is one folder, created once, because each mount delays the start of a container by 0.1 ms.
        """
        if image.root:
            return []
        folder = self.folder / f"etc-{image.user}-{image.home.strip('/').replace('/', '-')}"
        if folder not in self._made:
            shutil.rmtree(folder, ignore_errors=True)
            _copy_settings(folder)
            line = f"autocoder:x:{image.user}:{image.user}::{image.home}:/bin/sh\n"
            (folder / "passwd").write_text(f"root:x:0:0::/root:/bin/sh\n{line}")
            (folder / "group").write_text(f"autocoder:x:{image.user}:\n")
            self._made.add(folder)
        for bind in image.binds:  # a read-only folder needs the mount points of what is mounted in it
            place = folder / bind.target.removeprefix("/etc/")
            if bind.target.startswith("/etc/") and not place.exists():
                place.parent.mkdir(parents=True, exist_ok=True)
                place.touch()
        return [Bind(folder, "/etc")]


def find_sandbox(folder: Path) -> Sandbox | None:
    """Return a sandbox when bubblewrap is installed and works here, otherwise None."""
    program = shutil.which("bwrap")
    if program is None:
        return None
    sandbox = Sandbox(program, folder)
    command = [program, *NAMESPACES, "--uid", "1001", "--gid", "1001", *sandbox.machine, "--proc", "/proc"]
    return sandbox if _succeeds([*command, "--dev", "/dev", "--", "/bin/true"]) else None


def _succeeds(command: Sequence[str]) -> bool:
    """Return whether *command* exits 0; its output is discarded."""
    try:
        return subprocess.run(command, capture_output=True, timeout=10, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def _machine() -> Iterable[str]:
    """Yield the options that mount this machine's programs read-only."""
    yield from ("--ro-bind", "/usr", "/usr")
    for name in TOP_FOLDERS:
        folder = Path("/", name)
        if folder.is_symlink():
            yield from ("--symlink", str(folder.readlink()), str(folder))
        elif folder.is_dir():
            yield from ("--ro-bind", str(folder), str(folder))


def _copy_settings(folder: Path) -> None:
    """Fill *folder* with the content of a container's `/etc`, without the accounts."""
    folder.mkdir(parents=True)
    for name in ETC:
        source, target = Path("/etc", name), folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, symlinks=True)
        elif source.is_file():  # a link is followed, because its target does not exist in a container
            shutil.copyfile(source, target)


def _own_root(root: Path) -> Iterable[str]:
    """Yield the options that mount the content of *root* read-only, below a root that takes mount points."""
    for entry in sorted(root.iterdir()):
        if entry.is_symlink():
            yield from ("--symlink", str(entry.readlink()), f"/{entry.name}")
        else:
            yield from ("--ro-bind", str(entry), f"/{entry.name}")


def _interpreters() -> Iterable[str]:
    """Yield the options that mount Python and Node.js if they are installed outside `/usr`."""
    for prefix in {python_prefix(), node_prefix()}:
        if not prefix.is_relative_to("/usr"):
            yield from ("--ro-bind", str(prefix), str(prefix))


def _mounts(binds: Iterable[Bind]) -> Iterable[str]:
    """Yield the options for *binds*, outer folders before those within them."""
    for bind in sorted(binds, key=lambda bind: bind.target.count("/")):
        yield from ("--bind" if bind.writable else "--ro-bind", str(bind.source), bind.target)


def _variables(launch: Launch) -> Iterable[str]:
    for name, value in {"HOME": launch.image.home, **launch.image.environment, **launch.environment}.items():
        yield from ("--setenv", name, value)


def _in_memory(options: Iterable[str]) -> int:
    """Return a descriptor from which bubblewrap reads *options*."""
    descriptor = os.memfd_create("options")
    with os.fdopen(os.dup(descriptor), "wb") as file:
        file.write(b"".join(option.encode() + b"\0" for option in options))
    os.lseek(descriptor, 0, os.SEEK_SET)
    return descriptor


def _kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
