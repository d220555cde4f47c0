"""The version of the app, and that of the orchestrations' shape, which `host.json` gives to the extension.

https://learn.microsoft.com/azure/azure-functions/durable/durable-functions-orchestration-versioning
"""

import functools
from pathlib import Path

from autocoder.shared.json_text import parse_json

APP_VERSION = "0.1.0"  # pyproject.toml, which is not deployed, has the same
HOST_JSON = Path(__file__).resolve().parents[2] / "host.json"


@functools.cache
def orchestration_version() -> str:
    """Return `defaultVersion` of this app's `host.json`."""
    return str(parse_json(HOST_JSON.read_bytes())["extensions"]["durableTask"]["defaultVersion"])
