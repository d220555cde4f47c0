"""Service connections and variable groups of a project, as the local agent gives them to tasks.

https://learn.microsoft.com/azure/devops/pipelines/library/service-endpoints
https://learn.microsoft.com/azure/devops/pipelines/library/variable-groups
"""

from emulators.azure_devops.core.state import JSON, Project, State, new_id


def save_connection(state: State, project: Project, body: JSON) -> JSON:
    """Write the service connection `{name, type, url, parameters}`; raises KeyError and ValueError.

    *parameters* are those of its authentication scheme, such as `{"apitoken": "..."}`.
    """
    name, parameters = str(body["name"]), body.get("parameters") or {}
    known = connection(state, project, name)
    connection_id = str(known["id"]) if known else new_id()
    saved: JSON = {
        "id": connection_id,
        "name": name,
        "type": str(body["type"]),
        "url": str(body["url"]),
        "parameters": {str(key): str(value) for key, value in dict(parameters).items()},
    }
    return state.store.put("service_connection", connection_id, saved, parent=project.id)


def connection(state: State, project: Project, name_or_id: str) -> JSON | None:
    """Return a service connection by name or id, in any case, or None."""
    wanted = name_or_id.lower()
    found = state.store.all("service_connection", parent=project.id)
    return next((one for one in found if wanted in (one["id"], one["name"].lower())), None)


def save_group(state: State, project: Project, body: JSON) -> JSON:
    """Write the variable group `{name, variables}`; raises KeyError and ValueError."""
    name = str(body["name"])
    saved: JSON = {"name": name, "variables": checked_variables(body.get("variables") or {})}
    return state.store.put("variable_group", name.lower(), saved, parent=project.id)


def group(state: State, project: Project, name: str) -> JSON | None:
    """Return a variable group by name, in any case, or None."""
    return state.store.get("variable_group", name.lower(), parent=project.id)


def checked_variables(given: JSON) -> JSON:
    """Return variables as `{name: {value, isSecret, allowOverride}}`; raises ValueError for other forms."""
    found: JSON = {}
    for name, variable in dict(given).items():
        if (
            not isinstance(variable, dict)
            or not isinstance(variable.get("value"), str)
            or not str(name).strip()
        ):
            raise ValueError(f"the variable {name} must be an object with a value that is a text")
        flags = {flag: bool(variable.get(flag, False)) for flag in ("isSecret", "allowOverride")}
        found[str(name)] = {"value": variable["value"], **flags}
    return found
