"""Stops the platform on the first signal, and ignores further signals while it stops.

https://man7.org/linux/man-pages/man7/signal.7.html
"""

import contextlib
import signal
from collections.abc import Iterator
from types import FrameType

ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextlib.contextmanager
def ends_on_signals() -> Iterator[None]:
    """Make the first SIGINT, SIGTERM or SIGHUP raise `KeyboardInterrupt`, and ignore those that follow.

    Use it around `running`, so that a second Ctrl-C cannot interrupt the platform while it stops.
    """
    before = {number: signal.signal(number, _first) for number in ENDINGS}
    try:
        yield
    finally:
        for number, action in before.items():
            signal.signal(number, action)


def _first(number: int, frame: FrameType | None) -> None:
    for ending in ENDINGS:
        signal.signal(ending, signal.SIG_IGN)
    raise KeyboardInterrupt(number, frame)
