"""Requests that an emulator does not cover: 501 with the operation's name, and a line in the log.

An emulator answers 501 (https://www.rfc-editor.org/rfc/rfc9110#section-15.6.2) in its service's error shape,
never with an answer that only looks right.
"""

import sys


def not_covered(emulator: str, operation: str) -> str:
    """Write a line about *operation* to the log of *emulator*, and return the message of the 501 answer."""
    message = f"{operation} is not covered by this emulator; see emulators/coverage/{emulator}.md."
    line = "".join(sign if sign.isprintable() else "?" for sign in message)  # a caller may send line feeds
    print(f"{emulator}: 501: {line}", file=sys.stderr, flush=True)
    return message
