"""Ends a program when the one that started it has ended, even by SIGKILL (Linux only).

https://man7.org/linux/man-pages/man2/PR_SET_PDEATHSIG.2const.html
"""

import ctypes
import os
import signal
import sys
from collections.abc import Callable

PARENT_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG


def end_with_this(number: signal.Signals) -> Callable[[], None] | None:
    """Return a function for a child's start, so that it gets signal *number* when this program has ended.

    The kernel watches the thread that starts the child: it must live as long as the program.
    """
    if sys.platform != "linux":
        return None
    prctl, parent = ctypes.CDLL(None).prctl, os.getpid()

    def ask() -> None:
        prctl(PARENT_DEATH_SIGNAL, number)
        if os.getppid() != parent:
            os._exit(1)

    return ask
