"""Answers about work items: reading, creating, changing, revisions, updates.

https://learn.microsoft.com/rest/api/azure/devops/wit/work-items
"""

from collections.abc import Iterable
from typing import Any

from aiohttp import web

from emulators.azure_devops.core import errors
from emulators.azure_devops.core.calls import Call
from emulators.azure_devops.core.queries import Choice
from emulators.azure_devops.core.state import JSON
from emulators.azure_devops.work_items import changing, shapes
from emulators.azure_devops.work_items import models as work_items
from emulators.azure_devops.work_items.fields import is_known
from emulators.azure_devops.work_items.models import Change, WorkItem
from emulators.azure_devops.work_items.responses_types import known_type

MAX_IDS = 200
EXPAND = Choice(
    ("none", "relations", "fields", "links", "all"),
    numbers={"0": "none", "1": "relations", "2": "fields", "3": "links", "4": "all"},
)
ERROR_POLICY = Choice(("fail", "omit"), numbers={"1": "fail", "2": "omit"})


async def get_work_item(call: Call) -> web.Response:
    """GET wit/workitems/{id}?fields=&$expand=."""
    expand, wanted = _shown(call.query("$expand"), call.query("fields").split(","))
    item = work_items.find(call.state, call.argument("id"), call.caller, call.project)
    body = shapes.show_item(
        call.state,
        call.url,
        item,
        expand=expand,
        wanted=wanted,
        formats=call.at_least_7_2,
    )
    return call.reply(body)


async def list_work_items(call: Call) -> web.Response:
    """GET wit/workitems?ids=1,2&fields=&$expand=&errorPolicy=."""
    ids = [part.strip() for part in call.query("ids").split(",") if part.strip()]
    omit = call.query("errorPolicy") == "omit"
    expand, wanted = _shown(call.query("$expand"), call.query("fields").split(","))
    return call.collection(_many(call, ids, expand, wanted, omit=omit))


async def get_batch(call: Call) -> web.Response:
    """POST wit/workitemsbatch `{ids, fields, $expand, errorPolicy}`."""
    body = await call.body()
    expand = EXPAND.read(call.operation, "$expand", str(body.get("$expand") or "none"))
    policy = ERROR_POLICY.read(call.operation, "errorPolicy", str(body.get("errorPolicy") or "fail"))
    expand, wanted = _shown(expand, map(str, body.get("fields") or ()))
    return call.collection(_many(call, body.get("ids") or [], expand, wanted, omit=policy == "omit"))


def _many(
    call: Call, ids: list[Any], expand: str, wanted: tuple[str, ...], *, omit: bool
) -> list[JSON | None]:
    if not ids or len(ids) > MAX_IDS:
        raise errors.argument(f"VS403474: You must name 1 to {MAX_IDS} work items.", "ids")
    shown: list[JSON | None] = []
    for number in ids:
        try:
            if not str(number).isdigit():
                raise errors.work_item_missing(number)
            item = work_items.find(call.state, int(number), call.caller, call.project)
            shown.append(
                shapes.show_item(
                    call.state,
                    call.url,
                    item,
                    expand=expand,
                    wanted=wanted,
                    links=False,
                    formats=call.at_least_7_2,
                )
            )
        except errors.VssError:
            if not omit:
                raise
            shown.append(None)
    return shown


async def create_work_item(call: Call) -> web.Response:
    """POST wit/workitems/$type with a patch document -> 200."""
    project, operations = call.required_project(), await call.patch()
    kind = known_type(project, call.arguments["type"])
    work_items.require_write(call.state, call.caller, project)
    with call.state.store.transaction():
        bypass = call.flag("bypassRules")
        draft = changing.first_draft(call.state, project, kind, operations, call.caller, bypass=bypass)
        if call.flag("validateOnly"):
            return call.reply({"id": None, "rev": None, "fields": draft["fields"]})
        change = changing.record(call.state, project, draft, None, call.caller)
    return _changed(call, change)


async def update_work_item(call: Call) -> web.Response:
    """PATCH wit/workitems/{id} with a patch document."""
    operations = await call.patch()
    item = work_items.find(call.state, call.argument("id"), call.caller, call.project)
    work_items.require_write(call.state, call.caller, item.project)
    bypass = call.flag("bypassRules")
    draft = changing.next_draft(call.state, item, operations, call.caller, bypass=bypass)
    if call.flag("validateOnly") or not changing.differs(item, draft):
        return call.reply(_show_changed(call, item))
    return _changed(call, changing.record(call.state, item.project, draft, item, call.caller))


def _changed(call: Call, change: Change) -> web.Response:
    if not call.flag("suppressNotifications"):
        changing.announce(call.services, call.url, change)
    return call.reply(_show_changed(call, change.item))


def _show_changed(call: Call, item: WorkItem) -> JSON:
    expand = call.query("$expand", "none")
    expand = "relations" if expand == "none" else expand
    return shapes.show_item(call.state, call.url, item, expand=expand, formats=call.at_least_7_2)


async def list_revisions(call: Call) -> web.Response:
    """GET wit/workitems/{id}/revisions?$top=&$skip=."""
    return _page(call, _revisions(call))


async def get_revision(call: Call) -> web.Response:
    """GET wit/workitems/{id}/revisions/{n}."""
    return _one(call, _revisions(call), "revisionNumber", "rev")


def _revisions(call: Call) -> list[JSON]:
    item = work_items.find(call.state, call.argument("id"), call.caller, call.project)
    history = work_items.revisions(call.state, item.id)
    return [shapes.show_revision(call.state, call.url, item, revision) for revision in history]


async def list_updates(call: Call) -> web.Response:
    """GET wit/workitems/{id}/updates?$top=&$skip=."""
    return _page(call, _updates(call))


async def get_update(call: Call) -> web.Response:
    """GET wit/workitems/{id}/updates/{n}."""
    return _one(call, _updates(call), "updateNumber", "id")


def _updates(call: Call) -> list[JSON]:
    item = work_items.find(call.state, call.argument("id"), call.caller, call.project)
    history = work_items.revisions(call.state, item.id)
    shown = []
    for index, revision in enumerate(history):
        newest = index + 1 == len(history)
        until = {} if newest else {"until": history[index + 1]["date"]}
        before = history[index - 1] if index else None
        shown.append(
            shapes.show_update(call.state, call.url, item, before, {**revision, **until}, newest=newest)
        )
    return shown


def _one(call: Call, shown: list[JSON], argument: str, key: str) -> web.Response:
    found = [one for one in shown if one[key] == call.argument(argument)]
    if not found:
        raise errors.work_item_missing(f"{call.arguments['id']} revision {call.arguments[argument]}")
    return call.reply(found[0])


def _page(call: Call, shown: list[JSON]) -> web.Response:
    skip, top = call.number("$skip", 0), call.number("$top", 200)
    return call.collection(shown[skip : skip + top])


def _shown(expand: str, names: Iterable[str]) -> tuple[str, tuple[str, ...]]:
    """Return what to expand and which fields to show; raises 400 for both at once or an unknown field."""
    wanted = tuple(name.strip() for name in names if name.strip())
    if wanted and expand not in ("", "none"):
        raise errors.expand_with_fields()
    for name in wanted:
        if not is_known(name):
            raise errors.field_missing(name)
    return expand or "none", wanted
