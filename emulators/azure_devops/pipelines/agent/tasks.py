"""The built task `Autocoder@1`: its description, and the environment that the agent gives to it.

https://learn.microsoft.com/azure/devops/extend/develop/add-build-task
https://github.com/microsoft/azure-pipelines-task-lib/blob/master/node/internal.ts
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from emulators.azure_devops.core.state import JSON

AUTOCODER = re.compile(r"Autocoder@1", re.IGNORECASE)
CONNECTION = "connectedService:"


@dataclass(frozen=True, slots=True)
class Task:
    """A task in *folder*: its id and version, defaults by input, and inputs that name a connection.

    *settable* are the variables that it may set, or None if its description does not restrict them.
    """

    folder: Path
    id: str
    name: str
    version: str
    description: str
    script: str
    defaults: Mapping[str, str]
    connections: Mapping[str, str]
    settable: tuple[str, ...] | None


def read_task(folder: Path) -> Task | None:
    """Return the task that is built in *folder*, or None when there is none."""
    try:
        described = json.loads((folder / "task.json").read_text("utf-8"))
    except FileNotFoundError:
        return None
    inputs, version = described["inputs"], described["version"]
    kinds = {one["name"]: str(one["type"]) for one in inputs}
    settable = described.get("restrictions", {}).get("settableVariables", {}).get("allowed")
    return Task(
        folder,
        described["id"],
        described["name"],
        ".".join(str(version[part]) for part in ("Major", "Minor", "Patch")),
        described["description"],
        next(iter(described["execution"].values()))["target"],
        {one["name"]: str(one["defaultValue"]) for one in inputs if "defaultValue" in one},
        {name: kind.removeprefix(CONNECTION) for name, kind in kinds.items() if kind.startswith(CONNECTION)},
        None if settable is None else tuple(settable),
    )


def inputs_of(task: Task, given: Mapping[str, str]) -> dict[str, str]:
    """Return the inputs by name: those of the step, in any case, else the defaults."""
    lower = {name.lower(): value for name, value in given.items()}
    defaults = {name: lower.pop(name.lower(), value) for name, value in task.defaults.items()}
    return {**defaults, **{name: value for name, value in given.items() if name.lower() in lower}}


def input_environment(inputs: Mapping[str, str]) -> dict[str, str]:
    """Return the inputs as environment variables."""
    return {f"INPUT_{re.sub(r'[. ]', '_', name).upper()}": value for name, value in inputs.items()}


def connection_environment(connection: JSON) -> dict[str, str]:
    """Return a service connection as environment variables."""
    endpoint, parameters = connection["id"], connection["parameters"]
    scheme = "UsernamePassword" if "password" in parameters else "Token"
    secrets = {
        f"ENDPOINT_AUTH_PARAMETER_{endpoint}_{name.upper()}": value for name, value in parameters.items()
    }
    return {
        f"ENDPOINT_URL_{endpoint}": connection["url"],
        f"ENDPOINT_AUTH_SCHEME_{endpoint}": scheme,
        f"ENDPOINT_AUTH_{endpoint}": json.dumps({"scheme": scheme, "parameters": parameters}),
        **secrets,
    }
