"""Checks whether the person who requested a run in Azure DevOps may start it; denies when in doubt.

The person is read from the work item's own record of the update, never from the delivery.
"""

import time

from autocoder.clients.azure_devops.client import AzureDevOps
from autocoder.clients.connect import Clients
from autocoder.errors import NotFound
from autocoder.models import Ended, Run
from autocoder.requests.requesters import GENERIC_CONTRIBUTE, Identity
from autocoder.settings import settings

CACHE_SECONDS = 300.0
_cache: dict[tuple[str, ...], tuple[float, str]] = {}


def check_requester(connected: Clients, run: Run) -> Ended | None:
    """Return None if whoever requested *run* may start it, else how it ends.

    A REST caller has the app's key, and a person in Azure Boards was checked before the run existed.
    """
    request = run.request
    if request.requester.source != "service_hook":
        return None
    azure_devops = connected.azure_devops(request.organization)
    number, update = request.work_item_id or 0, request.requester.update or 1
    try:
        person = azure_devops.work_items.update(number, update).author_id
    except NotFound:
        reason = (
            f"Work item {number} does not exist, or the app may not read it. "
            "Check its number, and the app's permissions with GET /api/doctor."
        )
        return Ended(outcome="failed", reason=reason)
    reason = _reason(connected, run, person)
    return Ended(outcome="refused", reason=reason) if reason else None


def _reason(connected: Clients, run: Run, person: str) -> str:
    """Return why *person* may not start the run; empty if they may. Cached for CACHE_SECONDS."""
    group = settings().allowed_requesters_group or ""
    key = (run.request.organization, run.request.project, run.request.repository, person, group)
    until, reason = _cache.get(key, (0.0, ""))
    if until < time.monotonic():
        reason = _judge(connected, run, person, group)
        _cache[key] = (time.monotonic() + CACHE_SECONDS, reason)
    return reason


def _judge(connected: Clients, run: Run, person: str, group: str) -> str:
    azure_devops = connected.azure_devops(run.request.organization)
    if person.casefold() == connected.own_id(run.request.organization).casefold():
        return "Autocoder does not start runs for its own changes."
    permissions = azure_devops.permissions
    identity = permissions.identity(person) if person else None
    if identity is None:
        return "The app cannot read the identity of the person who requested this run; see GET /api/doctor."
    if group:
        if permissions.is_in_group(identity, group):
            return ""
        return f"{identity.name} is not a member of the group that may start runs (ALLOWED_REQUESTERS_GROUP)."
    return _contribute_problem(azure_devops, run, identity)


def _contribute_problem(azure_devops: AzureDevOps, run: Run, person: Identity) -> str:
    try:
        found = azure_devops.git.get_repository(run.request.project, run.request.repository)
    except NotFound:
        return ""  # the next step reports it
    if azure_devops.permissions.has_permission(person, found.project_id, found.id, GENERIC_CONTRIBUTE):
        return ""
    return f"{person.name} lacks the permission Contribute in {found.name}."
