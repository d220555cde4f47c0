"""Answers about work item types, their states, root areas and iterations, and tags.

https://learn.microsoft.com/rest/api/azure/devops/wit/work-item-type-states
https://learn.microsoft.com/rest/api/azure/devops/wit/classification-nodes
"""

import uuid

from aiohttp import web

from emulators.azure_devops.core import errors
from emulators.azure_devops.core.calls import Call
from emulators.azure_devops.core.state import JSON, Project
from emulators.azure_devops.organization import permissions
from emulators.azure_devops.work_items import models as work_items
from emulators.azure_devops.work_items.processes import COLORS, PROCESSES, WorkItemType, type_of

ROOTS = {"areas": ("area", "Areas"), "iterations": ("iteration", "Iterations")}


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
    """GET wit/workitemtypes."""
    project = call.required_project()
    return call.collection([_show_type(call, project, kind) for kind in PROCESSES[project.process]])


async def get_type(call: Call) -> web.Response:
    """GET wit/workitemtypes/{type}."""
    project = call.required_project()
    return call.reply(_show_type(call, project, known_type(project, call.arguments["type"])))


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


async def get_root_node(call: Call) -> web.Response:
    """GET wit/classificationnodes/{areas|iterations}?$depth=: the root, which has no nodes below it here.

    Raises 404 for another group, or for a caller who may not read work items of the project.
    """
    project, group = call.required_project(), call.arguments["structureGroup"].lower()
    if group not in ROOTS:
        raise errors.no_controller(call.request.path)
    if not permissions.may_work(call.state, call.caller, project, "GENERIC_READ"):
        raise errors.project_missing(project.name)
    call.number("$depth", 0)
    kind, folder = ROOTS[group]
    url = f"{call.url}/{project.id}/_apis/wit/classificationNodes/{folder}"
    node = project.area_node if kind == "area" else str(uuid.uuid5(uuid.UUID(project.id), kind))
    body = {
        "id": 1,
        "identifier": node,
        "name": project.name,
        "structureType": kind,
        "hasChildren": False,
        "path": f"\\{project.name}\\{kind.capitalize()}",
        "_links": {"self": {"href": url}},
        "url": url,
    }
    return call.reply(body)


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
