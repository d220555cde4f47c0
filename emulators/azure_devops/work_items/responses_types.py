"""Answers about work item types, states, tags, and queries for work items.

https://learn.microsoft.com/rest/api/azure/devops/wit/work-item-type-states
"""

import re

from aiohttp import web

from emulators.azure_devops.core import errors
from emulators.azure_devops.core.calls import Call
from emulators.azure_devops.core.state import JSON, Project
from emulators.azure_devops.organization import permissions
from emulators.azure_devops.work_items import models as work_items
from emulators.azure_devops.work_items import shapes
from emulators.azure_devops.work_items.models import WorkItem
from emulators.azure_devops.work_items.processes import COLORS, PROCESSES, WorkItemType, type_of

_NAMED = re.compile(
    r"\[?(System\.[A-Za-z]+|Id|Title|State|Tags)\]?\s*(=|<>|contains)\s*'?([^'\s)]+[^')]*?)'?\s*(?=\)|and|order|$)",
    re.IGNORECASE,
)


def known_type(project: Project, name: str) -> WorkItemType:
    """Return a work item type; raises 404 VS402323."""
    kind = type_of(project.process, name)
    if kind is None:
        message = (
            f"VS402323: Work item type {name} does not exist in project {project.name} "
            "or you do not have permission to access it."
        )
        raise errors.missing(message, "WorkItemTypeNotFoundException", errors.WORK_ITEMS)
    return kind


async def list_types(call: Call) -> web.Response:
    """GET wit/workitemtypes[/{type}]."""
    project = call.required_project()
    if "type" in call.arguments:
        return call.reply(_show_type(call, project, known_type(project, call.arguments["type"])))
    return call.collection([_show_type(call, project, kind) for kind in PROCESSES[project.process]])


async def list_states(call: Call) -> web.Response:
    """GET wit/workitemtypes/{type}/states."""
    return call.collection(_states(known_type(call.required_project(), call.arguments["type"])))


def _states(kind: WorkItemType) -> list[JSON]:
    return [{"name": name, "color": COLORS[category], "category": category} for name, category in kind.states]


def _show_type(call: Call, project: Project, kind: WorkItemType) -> JSON:
    return {
        "name": kind.name,
        "referenceName": f"Microsoft.VSTS.WorkItemTypes.{kind.name.replace(' ', '')}",
        "description": "",
        "color": "009CCC",
        "isDisabled": False,
        "states": _states(kind),
        "url": f"{call.url}/{project.id}/_apis/wit/workItemTypes/{kind.name}",
    }


async def list_tags(call: Call) -> web.Response:
    """GET wit/tags: every tag that a work item of the project has."""
    found = {
        tag.lower(): tag
        for item in work_items.everything(call.state, [call.required_project()])
        for tag in item.tags
    }
    return call.collection(
        [
            {"id": tag, "name": name, "url": f"{call.url}/_apis/wit/tags/{tag}"}
            for tag, name in sorted(found.items())
        ]
    )


async def query(call: Call) -> web.Response:
    """POST wit/wiql: conditions on system fields joined by AND, newest first."""
    text = str((await call.body()).get("query", ""))
    if "from workitems" not in text.lower():
        raise errors.argument("TF51006: The query statement is missing a FROM clause.", "query")
    conditions = _NAMED.findall(text.partition("where" if "where" in text else "WHERE")[2])
    projects = [call.project] if call.project else call.state.projects(call.organization)
    items = [
        item
        for item in work_items.everything(call.state, projects)
        if permissions.may_work(call.state, call.caller, item.project, "WORK_ITEM_READ")
        and all(_holds(item, *condition) for condition in conditions)
    ]
    top = call.number("$top", 20_000)
    shown = [
        {"id": item.id, "url": shapes.api_url(call.url, item.project, item.id)} for item in reversed(items)
    ]
    column = {"referenceName": "System.Id", "name": "ID", "url": f"{call.url}/_apis/wit/fields/System.Id"}
    body = {
        "queryType": "flat",
        "queryResultType": "workItem",
        "asOf": items[-1].revision["date"] if items else None,
    }
    return call.reply({**body, "columns": [column], "workItems": shown[:top]})


def _holds(item: WorkItem, name: str, operator: str, wanted: str) -> bool:
    field = name if "." in name else f"System.{name}"
    actual = next((str(v) for k, v in item.fields.items() if k.lower() == field.lower()), "")
    if operator == "=":
        return wanted.lower() == "@project" or actual.lower() == wanted.lower()
    if operator == "<>":
        return actual.lower() != wanted.lower()
    tags = [tag.lower() for tag in item.tags]
    return wanted.lower() in tags if field.lower() == "system.tags" else wanted.lower() in actual.lower()
