"""Processes of this machine, marked so that a test can recognise its own."""

import random
from pathlib import Path


def unique_seconds():
    """A number of seconds for a `sleep` that no other test uses, so that its command line identifies it."""
    return f"{random.randint(300, 999)}.{random.randrange(10**12):012}"


def commands_with(mark):
    """The command lines of all processes that contain *mark*; each argument ends with a zero byte."""
    return [command for command in _commands() if mark.encode() in command]


def _commands():
    for process in Path("/proc").iterdir():
        if process.name.isdecimal():
            try:
                yield (process / "cmdline").read_bytes()
            except OSError:  # it has ended
                continue
