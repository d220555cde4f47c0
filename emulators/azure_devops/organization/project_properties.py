"""Answers about the properties of a project: names with values, which its administrators may change.

https://learn.microsoft.com/rest/api/azure/devops/core/projects/get-project-properties
https://learn.microsoft.com/rest/api/azure/devops/core/projects/set-project-properties
"""

import re
from typing import Any

from aiohttp import web

from emulators.azure_devops.core import errors
from emulators.azure_devops.core.calls import Call
from emulators.azure_devops.core.state import JSON, Project
from emulators.azure_devops.organization import permissions
from emulators.azure_devops.organization.responses import visible_project
from emulators.azure_devops.organization.seeding import administrators

KIND = "project property"
SYSTEM = "System."


async def list_properties(call: Call) -> web.Response:
    """GET _apis/projects/{id}/properties?keys=: all of them, or those whose names match a key."""
    project = _project(call)
    keys = [_pattern(key) for key in call.query("keys").split(",") if key]
    found = [*_system(project), *call.state.store.all(KIND, parent=project.id)]
    return call.collection([p for p in found if not keys or any(key.fullmatch(p["name"]) for key in keys)])


async def change_properties(call: Call) -> web.Response:
    """PATCH _apis/projects/{id}/properties `[{op: add|remove, path: /name, value}]` -> 204.

    Raises 403 TF50309 for callers other than administrators, 400 for a wrong patch, 501 for a property of
    the system.
    """
    project, operations = _project(call), await call.patch()
    if not _administers(call, project):
        raise _denied(call)
    if not isinstance(operations, list) or not operations:
        raise errors.bad_patch()
    changes = [_change(call, operation) for operation in operations]
    store = call.state.store
    with store.transaction():
        for name, value in changes:
            if value is None:
                store.remove(KIND, name.lower(), parent=project.id)
            else:
                store.put(KIND, name.lower(), {"name": name, "value": value}, parent=project.id)
    return call.reply(None, 204)


def _change(call: Call, operation: object) -> tuple[str, Any]:
    """Return the name and the new value of a property; None removes it."""
    given = operation if isinstance(operation, dict) else {}
    verb, path = str(given.get("op", "")).lower(), str(given.get("path", ""))
    name, value = path.removeprefix("/"), given.get("value")
    if verb not in ("add", "remove") or not path.startswith("/") or not name:
        raise errors.bad_patch()
    if verb == "add" and value is None:
        raise errors.argument("Value cannot be null.", "value")
    if name.lower().startswith(SYSTEM.lower()):
        raise call.not_covered(f"the property {name}")
    return name, value if verb == "add" else None


def _project(call: Call) -> Project:
    """Return the project of the path, which must be given by its id; raises 404."""
    project = visible_project(call)
    if project.id != call.arguments["projectId"].lower():
        raise errors.project_missing(call.arguments["projectId"])
    return project


def _administers(call: Call, project: Project) -> bool:
    groups = permissions.groups_of(call.state, call.caller)
    return not set(administrators(call.state, project)).isdisjoint(groups)


def _denied(call: Call) -> errors.VssError:
    return errors.access_denied(
        "TF50309: The following account does not have sufficient permissions to complete the operation: "
        f"{call.caller.display_name}. The following permissions are needed to perform this operation: "
        "Edit project-level information."
    )


def _system(project: Project) -> list[JSON]:
    values = {
        "Process Template": project.process,
        "SourceControlCapabilityFlags": "2",
        "SourceControlGitEnabled": "True",
    }
    return [{"name": f"{SYSTEM}{name}", "value": value} for name, value in values.items()]


def _pattern(key: str) -> re.Pattern[str]:
    """Return the pattern of a key, in which `*` stands for any text and `?` for one character."""
    parts = ({"*": ".*", "?": "."}.get(sign, re.escape(sign)) for sign in key)
    return re.compile("".join(parts), re.IGNORECASE | re.DOTALL)
