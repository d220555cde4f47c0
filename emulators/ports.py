"""The ports of the programs: one base port, and a fixed offset from it for each program.

https://learn.microsoft.com/azure/azure-functions/functions-core-tools-reference#func-start
"""

import argparse
from dataclasses import dataclass

MAX_PORT = 65_535
DEFAULT_BASE_PORT = 7071  # where `func start` listens, too


@dataclass(frozen=True, slots=True)
class Emulator:
    """One program of the platform: its module name, its offset from the base port, whether it speaks TLS."""

    name: str
    offset: int
    tls: bool = False

    def port(self, base: int = DEFAULT_BASE_PORT) -> int:
        """Return the TCP port this program has when the platform starts at *base*."""
        return base + self.offset

    def url(self, base: int = DEFAULT_BASE_PORT) -> str:
        """Return the address this program has when the platform starts at *base*."""
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

OURS = (FUNCTIONS_HOST, AZURE_DEVOPS, AZURE_RESOURCE_MANAGER, IDENTITY, KEY_VAULT, MODEL_PROVIDER)
AZURITE = (BLOB_STORAGE, QUEUE_STORAGE, TABLE_STORAGE)


def base_port(text: str) -> int:
    """Return the base port that a command line names; raises `argparse.ArgumentTypeError` with the range."""
    return _within(text, 1, MAX_PORT - max(emulator.offset for emulator in OURS + AZURITE))


def any_port(text: str) -> int:
    """Return the port that a command line names, 0 for a free one; raises `argparse.ArgumentTypeError`."""
    return _within(text, 0, MAX_PORT)


def _within(text: str, first: int, last: int) -> int:
    if not (text.isascii() and text.isdecimal() and first <= int(text) <= last):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from {first} to {last}")
    return int(text)
