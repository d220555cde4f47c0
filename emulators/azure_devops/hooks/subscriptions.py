"""Service hook subscriptions: checks new ones, and shows them without their password.

https://learn.microsoft.com/azure/devops/service-hooks/services/webhooks
"""

import ipaddress
from urllib.parse import urlsplit

import aiohttp

from emulators.azure_devops.core import errors
from emulators.azure_devops.core.queries import Choice, Readable, texts
from emulators.azure_devops.core.state import JSON, Identity, new_id, now

MASK = "********"
SECRETS = ("basicAuthPassword",)
EVENT_VERSIONS = {
    "workitem.created": "1.0",
    "workitem.updated": "1.0",
    "workitem.commented": "1.0",
    "git.pullrequest.created": "1.0",
    "git.pullrequest.updated": "1.0",
    "git.pullrequest.merged": "1.0",
    "ms.vss-code.git-pullrequest-comment-event": "2.0",
}
# other events of the publisher: https://learn.microsoft.com/azure/devops/service-hooks/events
UNCOVERED_EVENTS = (
    "git.push", "git.repo.created", "git.repo.deleted", "git.repo.forked", "git.repo.renamed",
    "git.repo.statuschanged", "build.complete", "tfvc.checkin", "workitem.deleted", "workitem.restored",
)  # fmt: skip
FILTERS = {
    "workitem": ("projectId", "areaPath", "workItemType", "tag", "changedFields", "commentPattern"),
    "git": (
        "projectId", "repository", "branch", "pullrequestCreatedBy", "pullrequestReviewersContains",
        "notificationType",
    ),
    "ms": ("projectId", "repository", "branch"),
}  # fmt: skip
_MESSAGES = Choice(("all", "text", "html", "markdown", "none"))
INPUTS: Readable = {
    **texts("url", "httpHeaders", "basicAuthUsername", "basicAuthPassword", "acceptUntrustedCerts"),
    "resourceDetailsToSend": Choice(("all", "minimal", "none")),
    "messagesToSend": _MESSAGES,
    "detailedMessagesToSend": _MESSAGES,
}
OPERATION = "hooks Subscriptions_Create"


def subscription_of(body: JSON, organization: str, caller: Identity, before: JSON | None = None) -> JSON:
    """Return the subscription that *body* describes; it replaces *before*, if given.

    Raises 400 for input that the service refuses, 501 for input that this emulator does not cover.
    """
    event = _event_of(body)
    inputs = _consumer_inputs(body.get("consumerInputs") or {}, before)
    person = {"id": caller.id, "displayName": caller.display_name, "uniqueName": caller.unique_name}
    url = urlsplit(inputs["url"])
    status = str(body.get("status") or "enabled")
    return {
        "id": before["id"] if before else new_id(),
        "status": status if status in ("enabled", "disabledByUser") else "enabled",
        "publisherId": "tfs",
        "eventType": event,
        "subscriber": None,
        "resourceVersion": str(body.get("resourceVersion") or EVENT_VERSIONS[event]),
        "eventDescription": "Any",
        "consumerId": "webHooks",
        "consumerActionId": "httpRequest",
        "actionDescription": f"To host {url.hostname}",
        "createdBy": before["createdBy"] if before else person,
        "createdDate": before["createdDate"] if before else now(),
        "modifiedBy": person,
        "modifiedDate": now(),
        "probationRetries": 0,
        "lastProbationRetryDate": None,
        "publisherInputs": _publisher_inputs(event, body.get("publisherInputs") or {}),
        "consumerInputs": inputs,
        "organization": organization,
    }


def _event_of(body: JSON) -> str:
    event = str(body.get("eventType", ""))
    if body.get("publisherId") == "tfs" and event in UNCOVERED_EVENTS:
        raise errors.not_covered(OPERATION, f"the event {event}")
    if body.get("publisherId") != "tfs" or event not in EVENT_VERSIONS:
        raise _refused(f"Publisher '{body.get('publisherId')}' has no event type '{event}'.")
    if body.get("consumerId") != "webHooks" or body.get("consumerActionId") != "httpRequest":
        raise errors.not_covered(OPERATION, f"the consumer {body.get('consumerId')}")
    return event


def _publisher_inputs(event: str, given: JSON) -> dict[str, str]:
    for name, value in given.items():
        if value and name not in FILTERS[event.partition(".")[0]]:
            raise errors.not_covered(OPERATION, f"the filter {name} of {event}")
    return {str(name): "" if value is None else str(value) for name, value in given.items()}


STATUSES = ("enabled", "onProbation", "disabledByUser", "disabledBySystem", "disabledByInactiveIdentity")


def with_status(subscription: JSON, status: str) -> JSON:
    """Return *subscription* with another status; each retry on probation is counted."""
    retries = int(subscription.get("probationRetries") or 0) + 1 if status == "onProbation" else 0
    last = now() if status == "onProbation" else subscription.get("lastProbationRetryDate")
    return {**subscription, "status": status, "probationRetries": retries, "lastProbationRetryDate": last}


def public(subscription: JSON, url: str = "") -> JSON:
    """Return a subscription as clients see it, without the password."""
    inputs = {
        name: MASK if name in SECRETS else value for name, value in subscription["consumerInputs"].items()
    }
    shown = {key: value for key, value in subscription.items() if key != "organization"}
    address = {"url": f"{url}/_apis/hooks/subscriptions/{subscription['id']}"} if url else {}
    return {**shown, "consumerInputs": inputs, **address}


def project_of(inputs: JSON) -> str:
    """Return the id of a subscription's project, or "" for all projects."""
    return str(inputs.get("projectId", "")).lower()


def headers_of(inputs: JSON) -> dict[str, str]:
    """Return the headers of a delivery: the configured ones, and Basic credentials if there are any."""
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "VSServices/18.0 (ServiceHooks)",
    }
    for line in str(inputs.get("httpHeaders", "")).splitlines():
        name, colon, value = line.partition(":")
        if colon and name.strip():
            headers[name.strip()] = value.strip()
    user, password = inputs.get("basicAuthUsername", ""), inputs.get("basicAuthPassword", "")
    if user or password:
        headers["Authorization"] = aiohttp.encode_basic_auth(user, password)
    return headers


def _consumer_inputs(given: JSON, before: JSON | None) -> dict[str, str]:
    unknown = sorted(set(given) - set(INPUTS))
    if unknown:
        raise _refused(f"The consumer 'webHooks' has no input {', '.join(unknown)}.")
    inputs = {
        str(name): choice.read(OPERATION, name, str(value)) if (choice := INPUTS[name]) else str(value)
        for name, value in given.items()
        if value is not None
    }
    if before is not None and inputs.get("basicAuthPassword") == MASK:
        inputs["basicAuthPassword"] = before["consumerInputs"].get("basicAuthPassword", "")
    url = urlsplit(inputs.get("url", ""))
    if url.scheme not in ("http", "https") or not url.hostname:
        raise _refused("The input 'url' must be an absolute HTTP or HTTPS address.")
    basic = inputs.get("basicAuthUsername") or inputs.get("basicAuthPassword")
    if basic and url.scheme != "https" and not _is_loopback(url.hostname):
        raise _refused("Basic authentication requires an HTTPS address.")
    return inputs


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _refused(message: str) -> errors.VssError:
    return errors.VssError(400, message, "SubscriptionInputException", errors.HOOKS)
