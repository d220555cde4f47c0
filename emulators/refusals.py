"""Requests that an emulator does not cover: 501 with the operation's name, and a line in the log.

The answer is 501 (https://www.rfc-editor.org/rfc/rfc9110#section-15.6.2) in the service's error shape, so
that a client never mistakes an invented answer for the service's.
"""

import sys


def not_covered(emulator: str, operation: str) -> str:
    """Log that *operation* is not covered by *emulator*, and return the message of the 501 answer."""
    message = f"{operation} is not covered by this emulator; see emulators/coverage/{emulator}.md."
    line = "".join(
        sign if sign.isprintable() else "?" for sign in message
    )  # the operation may hold line feeds from the caller
    print(f"{emulator}: 501: {line}", file=sys.stderr, flush=True)
    return message
