"""Answers about the work items that are linked to pull requests.

https://learn.microsoft.com/rest/api/azure/devops/git/pull-request-work-items
"""

from typing import Any

from aiohttp import web

from emulators.azure_devops.core import errors
from emulators.azure_devops.core.calls import Call
from emulators.azure_devops.core.state import JSON
from emulators.azure_devops.pull_requests.responses_parts import pull_request_of
from emulators.azure_devops.work_items import models as work_items
from emulators.azure_devops.work_items import patches as work_item_patches
from emulators.azure_devops.work_items.models import Change
from emulators.azure_devops.work_items.shapes import api_url


def number_of(reference: Any) -> int:
    """Return the work item number in an entry of `workItemRefs`; raises 400 without one."""
    text = str(reference.get("id", "")) if isinstance(reference, dict) else ""
    if not text.isascii() or not text.isdigit():
        raise errors.argument("The work item reference is not valid.", "workItemRefs")
    return int(text)


def link(call: Call, pull_request: JSON, number: int) -> Change | None:
    """Link a work item to a new pull request; skips one that the caller may not edit."""
    project, repository = pull_request["project"], pull_request["repository"]
    url = f"vstfs:///Git/PullRequestId/{project}%2f{repository}%2f{pull_request['id']}"
    try:
        item = work_items.find(call.state, number, call.caller)
        work_items.require_write(call.state, call.caller, item.project)
        draft = work_items.next_draft(call.state, item, call.caller)
        value = {"rel": "ArtifactLink", "url": url, "attributes": {"name": "Pull Request"}}
        draft["relations"].append(work_item_patches.relation_of(draft, value))
    except errors.VssError:
        return None
    return Change(work_items.save(call.state, item.project, draft), item.revision, call.caller)


async def list_work_items(call: Call) -> web.Response:
    """GET git/repositories/{id}/pullrequests/{number}/workitems."""
    return call.collection(work_item_refs(call, pull_request_of(call)[1]))


def work_item_refs(call: Call, pull_request: JSON) -> list[JSON]:
    """Return the work items that are linked to a pull request, from either direction."""
    refs = []
    for number in work_items.linked_items(call.state, pull_request["id"]):
        item = work_items.find(call.state, number, None)
        refs.append({"id": str(number), "url": api_url(call.url, item.project, number)})
    return refs
