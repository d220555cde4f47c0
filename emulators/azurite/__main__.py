"""Blob, Queue and Table Storage alone: `python -m emulators.azurite [--state .local] [--base-port 7071]`."""

import os
import sys
from collections.abc import Sequence

from emulators.azurite import AzuriteMissingError, command
from emulators.serving import new_parser


def main(argv: Sequence[str] | None = None) -> None:
    """Become Azurite, which prints its three addresses; exits 1 where it is not installed."""
    options = new_parser("azurite", "Blob, Queue and Table Storage over TLS.").parse_args(argv)
    try:
        program = command(options.state.absolute(), options.base_port)
    except AzuriteMissingError as error:
        sys.exit(str(error))
    os.execv(program[0], program)  # noqa: S606 - its own command, and no shell


if __name__ == "__main__":
    main()
