"""Reads `host.json`: some settings are used, some ignored with a line in the log, all others refused.

https://learn.microsoft.com/azure/azure-functions/functions-host-json
https://learn.microsoft.com/azure/durable-task/durable-functions/durable-functions-host-json-settings
"""

import logging
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from emulators.functions_host.errors import SettingsError
from emulators.functions_host.settings import read_object

DEFAULT_ACTIVITIES_PER_CORE = 10  # maxConcurrentActivityFunctions: 10 times the processors
OVERRIDE = "AzureFunctionsJobHost"  # .../functions-host-json#override-hostjson-values
HTTP, DURABLE = "extensions.http", "extensions.durableTask"
READ = {
    "version",
    f"{HTTP}.routePrefix",
    f"{DURABLE}.hubName",
    f"{DURABLE}.maxConcurrentActivityFunctions",
}
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

log = logging.getLogger("host")


@dataclass(frozen=True, slots=True)
class HostSettings:
    """The settings that this host reads."""

    route_prefix: str = "api"
    hub_name: str = "TestHubName"
    max_concurrent_activities: int = DEFAULT_ACTIVITIES_PER_CORE * (os.cpu_count() or 1)


def read_host_settings(
    app: Path, environment: Mapping[str, str] = os.environ, *, with_extension: bool = False
) -> HostSettings:
    """Return the settings from `host.json` in the folder *app*.

    *with_extension*: the Durable extension reads its own section of the file, with all that is in it.

    Raises `SettingsError` for an unusable file, and for settings that this host does not cover, in the file
    or as overrides in *environment*.
    """
    path = app / "host.json"
    content = read_object(path)
    if content.get("version") != "2.0":
        raise SettingsError(f'{path}: "version" must be "2.0"')
    _check_covered(path, content, DURABLE if with_extension else None)
    overrides = sorted(name for name in environment if name.startswith(f"{OVERRIDE}__"))
    if overrides:
        raise SettingsError(f"settings that override host.json are not covered by this host: {overrides}")
    extensions = content.get("extensions") or {}
    durable = extensions.get("durableTask") or {}
    default = HostSettings()
    activities = durable.get("maxConcurrentActivityFunctions", default.max_concurrent_activities)
    if not isinstance(activities, int) or activities < 1:
        raise SettingsError(f"{path}: maxConcurrentActivityFunctions must be a positive number")
    return HostSettings(
        route_prefix=str((extensions.get("http") or {}).get("routePrefix", default.route_prefix)).strip("/"),
        hub_name=str(durable.get("hubName", default.hub_name)),
        max_concurrent_activities=activities,
    )


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
