"""Starts only the storage: `python -m emulators.azurite [--state .local] [--base-port 7071]`.

https://learn.microsoft.com/azure/storage/common/storage-use-azurite
"""

import os
import sys
from collections.abc import Sequence

from emulators.azurite import AzuriteMissingError, command
from emulators.serving import new_parser


def main(argv: Sequence[str] | None = None) -> None:
    """Replace this process by Azurite; raises `SystemExit` (1) when it is not installed."""
    options = new_parser("azurite", "Blob, Queue and Table Storage over TLS.").parse_args(argv)
    try:
        program = command(options.state.absolute(), options.base_port)
    except AzuriteMissingError as error:
        sys.exit(str(error))
    os.execv(program[0], program)  # noqa: S606 - a command of our own, without a shell


if __name__ == "__main__":
    main()
