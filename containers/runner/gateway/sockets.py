"""The gateway's direct operations on sockets, below HTTP.

https://docs.python.org/3/library/socket.html#socket-objects
"""

import contextlib
import select
import socket
import time

DRAIN_SECONDS = 2.0
PIECE = 65536


def is_hung_up(connection: socket.socket) -> bool:
    """Whether the other side has closed *connection*. Consumes nothing from it."""
    try:
        readable, _, _ = select.select([connection], [], [], 0)
        return bool(readable) and connection.recv(1, socket.MSG_PEEK) == b""
    except (OSError, ValueError):
        return True


def shut_down(connection: socket.socket | None) -> None:
    """Shut *connection* down, in both directions and for all threads that use it."""
    if connection is not None:
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)


def drain(connection: socket.socket) -> None:
    """Stop writing, and read for a moment what the other side still sends.

    Closing at once could reset the connection before the other side has read the answer:
    https://www.rfc-editor.org/rfc/rfc9112#section-9.6
    """
    until = time.monotonic() + DRAIN_SECONDS
    with contextlib.suppress(OSError):
        connection.settimeout(DRAIN_SECONDS)
        connection.shutdown(socket.SHUT_WR)
        while time.monotonic() < until and connection.recv(PIECE):
            pass
