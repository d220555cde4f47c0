"""Azurite, Microsoft's emulator of Azure Storage, as a program of the platform.

It comes from npm (`emulators/package.json`) and serves blobs, queues and tables over TLS with access tokens
(`--oauth basic`), so that the app signs in and creates user delegation SAS as on Azure.
See https://learn.microsoft.com/azure/storage/common/storage-use-azurite.
"""

import shutil
from pathlib import Path

from emulators.certificates import ensure_certificates
from emulators.ports import AZURITE, BLOB_STORAGE, QUEUE_STORAGE, TABLE_STORAGE, Emulator

ACCOUNT = "devstoreaccount1"
# The account's key, which Azurite's documentation publishes.
ACCOUNT_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
KEEP_ALIVE_SECONDS = 120  # with Azurite's default of 5 s, clients often use a connection that is being closed
PACKAGES = Path(__file__).parents[1] / "node_modules"
READY = tuple(
    f"Azurite {service} service is successfully listening" for service in ("Blob", "Queue", "Table")
)


class AzuriteMissingError(Exception):
    """Node.js or the package of Azurite is not installed; the message says how to install it."""


def command(state: Path, base_port: int, *, access_log: bool = False) -> tuple[str, ...]:
    """Return the command that starts Azurite with its data under *state*; raises `AzuriteMissingError`.

    With *access_log* it prints each request that it answers.
    """
    node, program = shutil.which("node"), PACKAGES / "azurite" / "dist" / "src" / "azurite.js"
    if node is None:
        raise AzuriteMissingError("Node.js is not installed. Install Node 20 or later (https://nodejs.org).")
    if not program.exists():
        raise AzuriteMissingError(
            "Azurite is not installed. Run `make install`, or `npm ci --prefix emulators`."
        )
    location = state / "azurite"
    location.mkdir(parents=True, exist_ok=True)
    files = ensure_certificates(state)
    security = ("--oauth", "basic", "--cert", str(files.server), "--key", str(files.key))
    quiet = ("--skipApiVersionCheck", "--disableTelemetry", *(() if access_log else ("--silent",)))
    listening = [part for emulator in AZURITE for part in _listening(emulator, base_port)]
    return (node, str(program), "--location", str(location), *security, *quiet, *listening)


def blob_url(base_port: int) -> str:
    """Return the Blob Storage endpoint of Azurite's account."""
    return f"{BLOB_STORAGE.url(base_port)}/{ACCOUNT}"


def queue_url(base_port: int) -> str:
    """Return the Queue Storage endpoint of Azurite's account."""
    return f"{QUEUE_STORAGE.url(base_port)}/{ACCOUNT}"


def table_url(base_port: int) -> str:
    """Return the Table Storage endpoint of Azurite's account."""
    return f"{TABLE_STORAGE.url(base_port)}/{ACCOUNT}"


def connection_string(base_port: int) -> str:
    """Return the connection string of Azurite's account, for programs that sign in with its key.

    https://learn.microsoft.com/azure/storage/common/storage-connect-azurite
    """
    endpoints = (
        f"BlobEndpoint={blob_url(base_port)};QueueEndpoint={queue_url(base_port)};"
        f"TableEndpoint={table_url(base_port)}"
    )
    return f"DefaultEndpointsProtocol=https;AccountName={ACCOUNT};AccountKey={ACCOUNT_KEY};{endpoints}"


def _listening(emulator: Emulator, base_port: int) -> tuple[str, ...]:
    service = emulator.name.removeprefix("azurite_")
    port = ("--" + service + "Port", str(emulator.port(base_port)))
    return (
        "--" + service + "Host",
        "127.0.0.1",
        *port,
        f"--{service}KeepAliveTimeout",
        str(KEEP_ALIVE_SECONDS),
    )
