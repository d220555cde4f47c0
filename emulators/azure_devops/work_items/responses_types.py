"""Answers about work item types, their states, and tags.

https://learn.microsoft.com/rest/api/azure/devops/wit/work-item-type-states
"""

from aiohttp import web

from emulators.azure_devops.core import errors
from emulators.azure_devops.core.calls import Call
from emulators.azure_devops.core.state import JSON, Project
from emulators.azure_devops.work_items import models as work_items
from emulators.azure_devops.work_items.processes import COLORS, PROCESSES, WorkItemType, type_of


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
