"""Processes of this machine that a test can tell from those of any other test."""

import random
from pathlib import Path


def unique_seconds():
    """Seconds for a `sleep` of over five minutes that no other test has; it is known by its command line."""
    return f"{random.randint(300, 999)}.{random.randrange(10**12):012}"


def commands_with(mark):
    """The command lines of all processes that hold *mark*; their arguments end with a zero byte each."""
    return [command for command in _commands() if mark.encode() in command]


def _commands():
    for process in Path("/proc").iterdir():
        if process.name.isdecimal():
            try:
                yield (process / "cmdline").read_bytes()
            except OSError:  # it has ended
                continue
