"""Answers about service hooks: subscriptions, event types, test notifications, the history of notifications.

https://learn.microsoft.com/rest/api/azure/devops/hooks
"""

from aiohttp import web

from emulators.azure_devops.core import errors
from emulators.azure_devops.core.calls import Call
from emulators.azure_devops.core.state import JSON, new_id, now
from emulators.azure_devops.hooks import searching
from emulators.azure_devops.hooks.delivery import detailed
from emulators.azure_devops.hooks.event_types import event_type
from emulators.azure_devops.hooks.samples import sample_resource
from emulators.azure_devops.hooks.subscriptions import (
    EVENT_VERSIONS,
    UNCOVERED_EVENTS,
    public,
    subscription_of,
)
from emulators.azure_devops.organization import permissions


async def list_subscriptions(call: Call) -> web.Response:
    """GET hooks/subscriptions?publisherId=&eventType=&consumerId=."""
    return call.collection(_found(call, {name: call.query(name) for name in searching.NAMES}))


async def query_subscriptions(call: Call) -> web.Response:
    """POST hooks/subscriptionsquery: the query comes back with its `results`."""
    query = await call.body()
    return call.reply({**query, "results": _found(call, query)})


def _found(call: Call, query: JSON) -> list[JSON]:
    """Return the matching subscriptions that the caller may see; the others are left out silently."""
    known = [s for s in call.state.store.all("subscription") if s["organization"] == call.organization]
    seen = [s for s in known if _may(call, s["publisherInputs"], "ViewSubscriptions")]
    return [public(s, call.url) for s in seen if searching.matches(s, query)]


async def list_event_types(call: Call) -> web.Response:
    """GET hooks/publishers/tfs/eventtypes: the covered ones; raises 404 for another publisher."""
    _require_publisher(call)
    return call.collection([event_type(call.url, event) for event in EVENT_VERSIONS])


async def get_event_type(call: Call) -> web.Response:
    """GET hooks/publishers/tfs/eventtypes/{id}; raises 404 for an unknown one, 501 for an uncovered one."""
    _require_publisher(call)
    event = call.arguments["eventTypeId"]
    if event in UNCOVERED_EVENTS:
        raise call.not_covered(f"the event {event}")
    if event not in EVENT_VERSIONS:
        message = f"Publisher 'tfs' has no event type '{event}'."
        raise errors.missing(message, "EventTypeNotFoundException", errors.HOOKS)
    return call.reply(event_type(call.url, event))


def _require_publisher(call: Call) -> None:
    if call.arguments["publisherId"].lower() != "tfs":
        message = f"The publisher '{call.arguments['publisherId']}' does not exist."
        raise errors.missing(message, "PublisherNotFoundException", errors.HOOKS)


async def get_subscription(call: Call) -> web.Response:
    """GET hooks/subscriptions/{id}."""
    return call.reply(public(_known(call, "ViewSubscriptions"), call.url))


async def create_subscription(call: Call) -> web.Response:
    """POST hooks/subscriptions -> 200."""
    subscription = subscription_of(await call.body(), call.organization, call.caller)
    _require(call, subscription["publisherInputs"], "EditSubscriptions")
    call.state.store.put("subscription", subscription["id"], subscription)
    return call.reply(public(subscription, call.url))


async def replace_subscription(call: Call) -> web.Response:
    """PUT hooks/subscriptions/{id}; this also enables a disabled one again."""
    before = _known(call, "EditSubscriptions")
    subscription = subscription_of(await call.body(), call.organization, call.caller, before)
    _require(call, subscription["publisherInputs"], "EditSubscriptions")
    call.state.store.put("subscription", subscription["id"], subscription)
    return call.reply(public(subscription, call.url))


async def delete_subscription(call: Call) -> web.Response:
    """DELETE hooks/subscriptions/{id} -> 204."""
    call.state.store.remove("subscription", _known(call, "DeleteSubscriptions")["id"])
    return call.reply(None, 204)


async def list_notifications(call: Call) -> web.Response:
    """GET hooks/subscriptions/{id}/notifications?maxResults=&status=&result=, newest first."""
    subscription = _known(call, "ViewSubscriptions")
    found = list(reversed(call.state.store.all("notification", parent=subscription["id"])))
    for name in ("status", "result"):
        wanted = call.query(name)
        found = [n for n in found if wanted in ("", n[name])]
    return call.collection(found[: call.number("maxResults", 100)])


async def get_notification(call: Call) -> web.Response:
    """GET hooks/subscriptions/{id}/notifications/{n}; raises 404 when there is none."""
    subscription, number = _known(call, "ViewSubscriptions"), call.argument("notificationId")
    found = call.state.store.get("notification", number, parent=subscription["id"])
    if found is None:
        raise errors.missing("The notification was not found.", "NotificationNotFoundException", errors.HOOKS)
    return call.reply(found)


async def send_test(call: Call) -> web.Response:
    """POST hooks/testNotifications `{subscriptionId | details}`: sends a made-up event."""
    body = await call.body()
    details = body.get("details") or {}
    known = call.state.store.get("subscription", str(body.get("subscriptionId") or "")) or {}
    wanted = {**known, **{key: value for key, value in details.items() if value}}
    draft = subscription_of({"publisherId": "tfs", **wanted}, call.organization, call.caller, known or None)
    _require(call, draft["publisherInputs"], "EditSubscriptions")
    subscription = {**draft, "id": known.get("id") or "00000000-0000-0000-0000-000000000000"}
    payload = {"id": new_id(), **(details.get("event") or _sample(subscription))}
    return call.reply(await call.services.hooks.send_test(subscription, payload))


def _sample(subscription: JSON) -> JSON:
    text = "This is a test notification of a service hook."
    return {
        "eventType": subscription["eventType"],
        "publisherId": "tfs",
        "message": {"text": text, "html": text, "markdown": text},
        "detailedMessage": {"text": text, "html": text, "markdown": text},
        "resource": detailed(sample_resource(subscription["eventType"]), subscription["consumerInputs"]),
        "resourceVersion": subscription["resourceVersion"],
        "resourceContainers": {},
        "createdDate": now(),
    }


def _known(call: Call, permission: str) -> JSON:
    subscription = call.state.store.get("subscription", call.arguments["subscriptionId"].lower())
    if subscription is None or subscription["organization"] != call.organization:
        message = f"The subscription {call.arguments['subscriptionId']} does not exist."
        raise errors.missing(message, "SubscriptionNotFoundException", errors.HOOKS)
    _require(call, subscription["publisherInputs"], permission)
    return subscription


def _require(call: Call, inputs: JSON, permission: str) -> None:
    if not _may(call, inputs, permission):
        message = (
            f"Access denied: {call.caller.display_name} needs {permission} permissions to perform the action."
        )
        raise errors.access_denied(message)


def _may(call: Call, inputs: JSON, permission: str) -> bool:
    """Whether the caller may work with subscriptions of a project (of all projects, when it names none)."""
    wanted = str(inputs.get("projectId") or "").lower()
    projects = [p.id for p in call.state.projects(call.organization) if wanted in ("", p.id)]
    mask = permissions.HOOK_BITS[permission]
    tokens = [permissions.hooks_token(project) for project in projects]
    return bool(tokens) and all(
        permissions.may(call.state, call.caller, permissions.SERVICE_HOOKS, token, mask) for token in tokens
    )
