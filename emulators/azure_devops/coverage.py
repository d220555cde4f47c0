"""The tables of the coverage page: served operations, undocumented ones, and those not served.

The tables come from Microsoft's list (`core/operations.tsv`) and the routing tables.
https://learn.microsoft.com/rest/api/azure/devops
"""

from itertools import groupby

from emulators.azure_devops.core.operations import DOCUMENTED, UNDOCUMENTED, Operation
from emulators.azure_devops.core.queries import Choice, Readable
from emulators.azure_devops.urls import SERVED


def served() -> str:
    """Return the table of served operations with the query parameters and body members that they read."""
    rows = [f"{len(_served())} of {len(DOCUMENTED)} operations.", ""]
    rows += ["| Operation | Method and path | Query parameters | Body |", "|---|---|---|---|"]
    for operation in _served():
        address = f"`{operation.method} {operation.path}`"
        route = SERVED[operation][1]
        body = ", ".join(f"`{name}`" for name in route.body or ())
        rows.append(f"| {operation.title} | {address} | {_shown(route.query)} | {body} |")
    return "\n".join(rows)


def undocumented() -> str:
    """Return the table of served operations that Microsoft's list lacks."""
    rows = ["| Method and path | Reason |", "|---|---|"]
    rows += [f"| `{operation.method} {operation.path}` | {operation.reason} |" for operation in UNDOCUMENTED]
    return "\n".join(rows)


def not_served() -> str:
    """Return the operations that are answered with 501, one line per area."""
    missing = [operation for operation in DOCUMENTED if operation not in SERVED]
    lines = []
    for area, operations in groupby(missing, key=lambda operation: operation.area):
        names = [operation.name for operation in operations]
        lines.append(f"- {area} ({len(names)}): {', '.join(names)}")
    return "\n".join(lines)


def _served() -> list[Operation]:
    return [operation for operation in DOCUMENTED if operation in SERVED]


def _shown(query: Readable) -> str:
    return ", ".join(f"`{name}`{_values(choice)}" for name, choice in query.items())


def _values(choice: Choice | None) -> str:
    if choice is None or set(choice.covered) == {"true", "false"}:
        return ""
    return f" ({', '.join(choice.covered)})"
