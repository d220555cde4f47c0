"""The resources of a platform on this machine: a locked state folder, and ten free ports in a row.

https://man7.org/linux/man-pages/man2/flock.2.html
"""

import contextlib
import fcntl
import os
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

from emulators.platform.plan import FLAGS, Spelling
from emulators.platform.processes import PlatformError
from emulators.port_holder import holder_of
from emulators.ports import ALL, DEFAULT_BASE_PORT

STEP = 100
LOCK = "platform.lock"
MAX_BASE = 32_000  # systems assign the ports above it to outgoing connections


@contextlib.contextmanager
def own_folder(state: Path, *, fresh: bool = False, spelling: Spelling = FLAGS) -> Iterator[None]:
    """Lock the folder *state* for this platform; raises `PlatformError` when another platform uses it.

    With *fresh* the locked folder is emptied; a folder that was never a platform's must be empty.
    """
    state.mkdir(parents=True, exist_ok=True, mode=0o700)
    if fresh and not (state / LOCK).exists() and any(state.iterdir()):
        raise PlatformError(
            f"The folder {state} contains files of something else, which would be deleted. "
            f"Choose an empty one: {spelling.state}."
        )
    with (state / LOCK).open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise PlatformError(
                f"The folder {state} belongs to a platform that is running (process {lock.read().strip()}). "
                f"Stop that one, or choose another folder: {spelling.state}."
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        if fresh:
            _empty(state)
        yield


def _empty(state: Path) -> None:
    for path in state.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif path.name != LOCK:
            path.unlink()


def check_ports(base_port: int, spelling: Spelling = FLAGS) -> None:
    """Check that all ports are free; raises `PlatformError` that names the first taken one."""
    for emulator in ALL:
        port = emulator.port(base_port)
        if not _is_free(port):
            option = f"choose another first port: {spelling.base_port}{free_base_port()}"
            way_out = option if spelling.base_port else "run the same command again, on other ports"
            raise PlatformError(
                f"Port {port}, for {emulator.name}, is taken by {holder_of(port)}. Stop that program, "
                f"or {way_out}."
            )


def free_base_port(first: int = DEFAULT_BASE_PORT) -> int:
    """Return a base port, *first* or above, whose ports are all free; raises `PlatformError` without one."""
    for base in range(first, MAX_BASE, STEP):
        if all(_is_free(emulator.port(base)) for emulator in ALL):
            return base
    raise PlatformError(f"No {len(ALL)} free ports in a row were found above port {first}.")


def _is_free(port: int) -> bool:
    with socket.socket() as attempt:
        attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            attempt.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
