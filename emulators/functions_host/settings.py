"""App settings on a developer's machine: `local.settings.json`, and the settings of this host itself.

https://learn.microsoft.com/azure/azure-functions/functions-develop-local#local-settings-file
"""

import json
import math
import os
import re
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from emulators.functions_host.errors import SettingsError

SECTIONS = {"IsEncrypted", "Values", "Host"}  # of local.settings.json
STORAGE_SETTING = "AzureWebJobsStorage"
REDELIVERY_SETTING = "FUNCTIONS_HOST_REDELIVERY_SECONDS"
MAX_REDELIVERY_SECONDS = 86_400
DEFAULT_MAX_BODY = 104_857_600  # FUNCTIONS_REQUEST_BODY_SIZE_LIMIT; see functions-app-settings


@dataclass(frozen=True, slots=True)
class Cors:
    """The origins whose web pages may call the app."""

    origins: frozenset[str] = frozenset()
    credentials: bool = False

    def allows(self, origin: str) -> bool:
        """Whether pages of *origin* may call the app."""
        return "*" in self.origins or origin in self.origins


def apply_local_settings(path: Path, environment: MutableMapping[str, str]) -> Cors:
    """Add the `Values` of the file at *path* to *environment*, without overriding; return its CORS rules.

    Raises `SettingsError`.
    """
    content = read_object(path)
    if content.get("IsEncrypted"):
        raise SettingsError(f"{path}: encrypted settings are not covered by this host")
    foreign = sorted(content.keys() - SECTIONS)
    if foreign:
        raise SettingsError(f"{path}: not covered by this host: {', '.join(foreign)}")
    values = content.get("Values")
    if not isinstance(values, dict):
        raise SettingsError(f'{path}: "Values" must be an object')
    wrong = [name for name, value in values.items() if not isinstance(value, str)]
    if wrong:
        raise SettingsError(f"{path}: values must be strings: {', '.join(wrong)}")
    for name, value in values.items():
        environment.setdefault(name, value)
    host = content.get("Host") or {}
    origins = frozenset(filter(None, (o.strip() for o in str(host.get("CORS") or "").split(","))))
    return Cors(origins, host.get("CORSCredentials") is True)


def redelivery_seconds(environment: Mapping[str, str]) -> float:
    """Return how many seconds after a start interrupted activities run again.

    The default is 0. The real host's queue returns such an activity only after
    `workItemQueueVisibilityTimeout` (5 minutes, at least 1). Raises `SettingsError` for a bad setting.
    https://learn.microsoft.com/azure/durable-task/durable-functions/durable-functions-host-json-settings
    """
    text = environment.get(REDELIVERY_SETTING) or "0"
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 <= seconds <= MAX_REDELIVERY_SECONDS:
        raise SettingsError(
            f"{REDELIVERY_SETTING} must be a number of seconds up to {MAX_REDELIVERY_SECONDS:,}, not '{text}'"
        )
    return seconds


def durable_extension(program: Path | None, environment: Mapping[str, str]) -> Path | None:
    """Return the absolute path of the Durable extension's *program*, None if none is given.

    Raises `SettingsError` when it cannot be started, or has no storage.
    """
    if program is None:
        return None
    if not (program.is_file() and os.access(program, os.X_OK)):
        raise SettingsError(f"{program} is not a program: the Durable extension cannot be started")
    if not environment.get(STORAGE_SETTING):
        raise SettingsError(
            f"the Durable extension needs {STORAGE_SETTING}, the connection string of its storage"
        )
    return program.absolute()


def expand(text: str, environment: MutableMapping[str, str]) -> str:
    """Return *text* with each `%NAME%` replaced by the setting; raises `SettingsError` for a missing one.

    https://learn.microsoft.com/azure/azure-functions/functions-bindings-expressions-patterns#binding-expressions---app-settings
    """

    def setting(match: re.Match[str]) -> str:
        value = environment.get(match[1])
        if value is None:
            raise SettingsError(f"'%{match[1]}%' does not resolve to a value.")
        return value

    return re.sub(r"%([^%]+)%", setting, text)


def read_object(path: Path) -> dict[str, Any]:
    """Return the JSON object in the file at *path*; raises `SettingsError`."""
    try:
        content = json.loads(path.read_text("utf-8-sig"))
    except OSError as error:
        raise SettingsError(f"{path}: {error.strerror}") from error
    except ValueError as error:
        raise SettingsError(f"{path}: not JSON: {error}") from error
    if not isinstance(content, dict):
        raise SettingsError(f"{path}: must be a JSON object")
    return content
