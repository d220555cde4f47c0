"""Answers about queries for work items.

https://learn.microsoft.com/rest/api/azure/devops/wit/wiql/query-by-wiql
"""

import re
from collections.abc import Callable
from functools import cmp_to_key, partial

from aiohttp import web

from emulators.azure_devops.core import errors
from emulators.azure_devops.core.calls import Call
from emulators.azure_devops.core.state import JSON, now
from emulators.azure_devops.organization import permissions
from emulators.azure_devops.work_items import models as work_items
from emulators.azure_devops.work_items import shapes, wiql, wiql_conditions
from emulators.azure_devops.work_items.models import WorkItem

MAX_FOUND = 20_000


async def query(call: Call) -> web.Response:
    """POST wit/wiql `{query}`?$top=: the ids, newest first unless the query has `ORDER BY`.

    Raises 400 for a query without FROM or with an unknown field, 501 for one that is not covered.
    """
    parsed = _parsed(call, str((await call.body()).get("query", "")))
    projects = [call.project] if call.project else call.state.projects(call.organization)
    items = [
        item
        for item in work_items.everything(call.state, projects)
        if permissions.may_work(call.state, call.caller, item.project, "WORK_ITEM_READ")
        and parsed.finds(partial(_values, call, item))
    ]
    items.reverse()
    for field, descending in reversed(parsed.order):
        items.sort(key=cmp_to_key(_comparing(call, field)), reverse=descending)
    shown = [{"id": item.id, "url": shapes.api_url(call.url, item.project, item.id)} for item in items]
    body = {"queryType": "flat", "queryResultType": "workItem", "asOf": now()}
    columns = [_column(call, field) for field in parsed.columns]
    sorting = [{"field": _column(call, field), "descending": down} for field, down in parsed.order]
    found: JSON = {**body, "columns": columns, "workItems": shown[: call.number("$top", MAX_FOUND)]}
    return call.reply({**found, "sortColumns": sorting} if sorting else found)


def _parsed(call: Call, text: str) -> wiql.Query:
    macros = {"@me": call.caller.unique_name}
    if call.project:
        macros["@project"] = call.project.name
    try:
        return wiql.parse(text, macros)
    except wiql.MissingFromError:
        raise errors.argument("TF51006: The query statement is missing a FROM clause.", "query") from None
    except wiql.UnknownFieldError as error:
        message = (
            f"TF51005: The query references a field that does not exist. The error is caused by «{error}»."
        )
        raise errors.argument(message, "query") from None
    except wiql_conditions.NotCoveredError as error:
        raise call.not_covered(f"{error} in WIQL") from None


def _values(call: Call, item: WorkItem, field: str) -> wiql_conditions.Values:
    """Return the values of *field*: none, one, all tags, or all names of a person."""
    if field == "system.tags":
        return tuple(item.tags)
    value = next((value for name, value in item.fields.items() if name.lower() == field), None)
    if value is None:
        return ()
    if isinstance(value, dict) and "identity" in value:
        person = call.state.identity(value["identity"])
        return (person.display_name, person.unique_name, person.signature) if person else ()
    return (str(value),)


def _comparing(call: Call, field: str) -> Callable[[WorkItem, WorkItem], int]:
    def text(item: WorkItem) -> str:
        return "".join(_values(call, item, field)[:1])

    return lambda left, right: wiql_conditions.sign(field, text(left), text(right))


def _column(call: Call, field: str) -> JSON:
    reference = next((name for name in wiql.FRIENDLY.values() if name.lower() == field), field)
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", reference.rpartition(".")[2])
    name = "ID" if reference == "System.Id" else words
    return {"referenceName": reference, "name": name, "url": f"{call.url}/_apis/wit/fields/{reference}"}
