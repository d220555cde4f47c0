"""The ports of the programs: a base port, plus a fixed offset for each program.

https://learn.microsoft.com/azure/azure-functions/functions-core-tools-reference#func-start
"""

import argparse
from dataclasses import dataclass

MAX_PORT = 65_535
DEFAULT_BASE_PORT = 7071  # also the default of `func start`


@dataclass(frozen=True, slots=True)
class Emulator:
    """A program of the platform: its module name, offset from the base port, and whether it uses TLS."""

    name: str
    offset: int
    tls: bool = False

    def port(self, base: int = DEFAULT_BASE_PORT) -> int:
        """Return the program's TCP port for the base port *base*."""
        return base + self.offset

    def url(self, base: int = DEFAULT_BASE_PORT) -> str:
        """Return the program's address for the base port *base*."""
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port(base)}"


FUNCTIONS_HOST = Emulator("functions_host", 0)
AZURE_DEVOPS = Emulator("azure_devops", 1)
AZURE_RESOURCE_MANAGER = Emulator("azure_resource_manager", 2, tls=True)
IDENTITY = Emulator("identity", 3)
KEY_VAULT = Emulator("key_vault", 4, tls=True)
MODEL_PROVIDER = Emulator("model_provider", 5)
BLOB_STORAGE = Emulator("azurite_blob", 6, tls=True)
QUEUE_STORAGE = Emulator("azurite_queue", 7, tls=True)
TABLE_STORAGE = Emulator("azurite_table", 8, tls=True)
EXTENSION_FILES = Emulator("extension_files", 9)

OURS = (
    FUNCTIONS_HOST, AZURE_DEVOPS, AZURE_RESOURCE_MANAGER, IDENTITY, KEY_VAULT, MODEL_PROVIDER,
    EXTENSION_FILES,
)  # fmt: skip
AZURITE = (BLOB_STORAGE, QUEUE_STORAGE, TABLE_STORAGE)
ALL = (*OURS, *AZURITE)


def base_port(text: str) -> int:
    """Return a base port from a command line; raises `argparse.ArgumentTypeError` with the range."""
    return _within(text, 1, MAX_PORT - max(emulator.offset for emulator in ALL))


def any_port(text: str) -> int:
    """Return a port from a command line, 0 for any free one; raises `argparse.ArgumentTypeError`."""
    return _within(text, 0, MAX_PORT)


def _within(text: str, first: int, last: int) -> int:
    if not (text.isascii() and text.isdecimal() and first <= int(text) <= last):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from {first} to {last}")
    return int(text)
