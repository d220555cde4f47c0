"""Reads `host.json`: some settings are used, some ignored with a line in the log, all others refused.

https://learn.microsoft.com/azure/azure-functions/functions-host-json
https://learn.microsoft.com/azure/durable-task/durable-functions/durable-functions-host-json-settings
"""

import logging
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from emulators.functions_host.errors import SettingsError
from emulators.functions_host.settings import read_object
from emulators.functions_host.versions import FAIL, MATCHES, REJECT, Versioning

DEFAULT_ACTIVITIES_PER_CORE = 10  # maxConcurrentActivityFunctions: 10 times the processors
OVERRIDE = "AzureFunctionsJobHost"  # .../functions-host-json#override-hostjson-values
HTTP, DURABLE = "extensions.http", "extensions.durableTask"
READ = {
    "version",
    f"{HTTP}.routePrefix",
    f"{DURABLE}.hubName",
    f"{DURABLE}.maxConcurrentActivityFunctions",
    f"{DURABLE}.defaultVersion",
    f"{DURABLE}.versionMatchStrategy",
    f"{DURABLE}.versionFailureStrategy",
}
OVERRIDABLE = ("hubName", "defaultVersion", "versionMatchStrategy", "versionFailureStrategy")
IGNORED = {  # including their children: they tune features that this host does not have
    "$schema",
    "aggregator",
    "concurrency",
    "extensionBundle",
    "functionTimeout",
    "healthMonitor",
    "logging",
    "telemetryMode",
    "watchDirectories",
    "watchFiles",
    f"{HTTP}.dynamicThrottlesEnabled",
    f"{HTTP}.maxConcurrentRequests",
    f"{HTTP}.maxOutstandingRequests",
    f"{DURABLE}.extendedSessionIdleTimeoutInSeconds",
    f"{DURABLE}.maxConcurrentEntityFunctions",
    f"{DURABLE}.maxConcurrentOrchestratorFunctions",
    f"{DURABLE}.storageProvider",
    f"{DURABLE}.tracing",
    f"{DURABLE}.useAppLease",
    f"{DURABLE}.useGracefulShutdown",
}

REJECTING = (
    f"versionFailureStrategy {REJECT}, which the extension also takes when defaultVersion stands alone, is "
    "refused: nothing ends an instance of another version then, not terminate, a purge or a new start. "
    f'Write "versionFailureStrategy": "{FAIL}" beside defaultVersion.'
)

log = logging.getLogger("host")


@dataclass(frozen=True, slots=True)
class HostSettings:
    """The settings that this host reads."""

    route_prefix: str = "api"
    hub_name: str = "TestHubName"
    max_concurrent_activities: int = DEFAULT_ACTIVITIES_PER_CORE * (os.cpu_count() or 1)
    versioning: Versioning = field(default_factory=Versioning)


def read_host_settings(
    app: Path, environment: Mapping[str, str] = os.environ, *, with_extension: bool = False
) -> HostSettings:
    """Return the settings from `host.json` in the folder *app*.

    *with_extension*: the Durable extension reads its own section of the file, with all that is in it.
    Variables of *environment* override some settings. Raises `SettingsError` for an unusable file, and for
    settings that this host does not cover, in the file or as overrides.
    """
    path = app / "host.json"
    content = read_object(path)
    if content.get("version") != "2.0":
        raise SettingsError(f'{path}: "version" must be "2.0"')
    _check_covered(path, content, DURABLE if with_extension else None)
    extensions = content.get("extensions") or {}
    durable = {**(extensions.get("durableTask") or {}), **_overrides(environment)}
    default = HostSettings()
    activities = durable.get("maxConcurrentActivityFunctions", default.max_concurrent_activities)
    if not isinstance(activities, int) or activities < 1:
        raise SettingsError(f"{path}: maxConcurrentActivityFunctions must be a positive number")
    return HostSettings(
        route_prefix=str((extensions.get("http") or {}).get("routePrefix", default.route_prefix)).strip("/"),
        hub_name=_hub_name(path, durable.get("hubName", default.hub_name)),
        max_concurrent_activities=activities,
        versioning=_versioning(path, durable),
    )


def _overrides(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the overrides of `durableTask` in *environment*; raises `SettingsError` for any other one."""
    names = {f"{OVERRIDE}__extensions__durableTask__{name}": name for name in OVERRIDABLE}
    given = {name for name in environment if name.startswith(f"{OVERRIDE}__")}
    refused = sorted(given - names.keys())
    if refused:
        raise SettingsError(f"settings that override host.json are not covered by this host: {refused}")
    return {names[variable]: environment[variable] for variable in given}


def _hub_name(path: Path, name: object) -> str:
    """Return a *name* that is also the name of a file.

    https://learn.microsoft.com/azure/azure-functions/durable/durable-functions-task-hubs#task-hub-names
    """
    if not isinstance(name, str) or not re.fullmatch(r"[A-Za-z][A-Za-z0-9]{2,44}", name):
        raise SettingsError(f"{path}: hubName must be 3 to 45 letters and digits and begin with a letter")
    return name


def _versioning(path: Path, durable: Mapping[str, Any]) -> Versioning:
    """Return how orchestrations of other versions are treated; raises `SettingsError` for `Reject`.

    Nothing ends an instance that is rejected, not even `terminate`, and its id cannot be used again.
    """
    version = durable.get("defaultVersion", "")
    match = durable.get("versionMatchStrategy", Versioning().match)
    failure = durable.get("versionFailureStrategy")
    if not isinstance(version, str) or ("defaultVersion" in durable and not version.strip()):
        raise SettingsError(f'{path}: defaultVersion must be text such as "1.0"')
    if match not in MATCHES:
        raise SettingsError(f"{path}: versionMatchStrategy must be one of {', '.join(MATCHES)}")
    if failure == REJECT or (version and failure is None):
        raise SettingsError(f"{path}: {REJECTING}")
    if failure not in (FAIL, None):
        raise SettingsError(f"{path}: versionFailureStrategy must be {FAIL}")
    return Versioning(version, match, failure or REJECT)


def _check_covered(path: Path, content: Mapping[str, Any], others: str | None) -> None:
    """Log the ignored settings; raises `SettingsError` for settings that are neither read nor ignored.

    The section *others* belongs to another program.
    """
    ignored, refused = set[str](), set[str]()
    for name in _settings(content):
        if others is not None and name.startswith(f"{others}."):
            continue
        known = next((one for one in IGNORED if name == one or name.startswith(f"{one}.")), None)
        if known:
            ignored.add(known)
        elif name not in READ:
            refused.add(name)
    if refused:
        raise SettingsError(f"{path}: not covered by this host: {', '.join(sorted(refused))}")
    if ignored:
        log.info("host.json: this host ignores %s", ", ".join(sorted(ignored)))


def _settings(content: Mapping[str, Any], above: str = "") -> Iterator[str]:
    """Yield the dotted name of every value in *content*."""
    for name, value in content.items():
        dotted = f"{above}{name}"
        if isinstance(value, dict) and value:
            yield from _settings(value, f"{dotted}.")
        elif value != {}:
            yield dotted
