"""Reading the documented payloads of service hook deliveries, without I/O.

https://learn.microsoft.com/azure/devops/service-hooks/events
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Literal

from pydantic import ConfigDict, Field

from autocoder import ids
from autocoder.models import Value
from autocoder.texts.markdown import one_line

CREATED, UPDATED = "workitem.created", "workitem.updated"
EVENTS = {  # what starts runs, with the name that people see in the project's settings
    CREATED: "Work item created",
    UPDATED: "Work item updated",
}
RESOURCE_VERSION = "1.0"  # of the payloads that are read here
CONTENT_FIELDS = (
    "System.Title",
    "System.Description",
    "Microsoft.VSTS.TCM.ReproSteps",
    "Microsoft.VSTS.Common.AcceptanceCriteria",
)
NO_SUBSCRIPTION = "00000000-0000-0000-0000-000000000000"
SAMPLE_ORGANIZATION = "fabrikam-fiber-inc"  # of the work item in the deliveries of the button *Test*
TEST_REASON = (
    "this is the test delivery of Azure DevOps with a made-up work item: the address and the password of the "
    "subscription are right; to start a run, set a trigger tag on a work item"
)
MINIMAL_REASON = (
    "the delivery has no fields of the work item: set Resource details to send of the subscription to All"
)
OPTIONS = ("agent", "repo", "model", "template")
OPTION_TAG = re.compile(r"autocoder:(?P<name>[^=]*)=(?P<value>.*)", re.IGNORECASE | re.DOTALL)
MAX_OPTION_LENGTH = 100


class RunTrigger(Value):
    """A delivery that requests a run; one from another version of the app may have further fields."""

    model_config = ConfigDict(extra="ignore")

    delivery: str
    organization: str
    project: str
    work_item_id: int
    content: str
    requester_id: str | None = None
    requester_name: str = ""
    update: int = Field(1, gt=0, description="number of the work item's update; its creation is the first")
    options: dict[str, str] = Field(default_factory=dict)


class Skip(Value):
    """A delivery that starts no run, and the reason."""

    code: Literal[
        "not_usable",
        "not_covered",
        "test_delivery",
        "minimal_details",
        "no_trigger_tag",
        "no_change_of_content",
        "unreadable_tag",
        "own_change",
        "invalid_request",
        "not_allowed",
    ]
    reason: str


def read_delivery(payload: object, trigger_tags: Iterable[str]) -> RunTrigger | Skip:
    """Return the run that the verified *payload* requests. Never raises: any other payload is a `Skip`."""
    if not isinstance(payload, Mapping):
        return Skip(code="not_usable", reason="the body is not a JSON object")
    wanted = {tag.casefold() for tag in trigger_tags}
    kind = payload.get("eventType")
    if kind not in (CREATED, UPDATED):
        return Skip(code="not_covered", reason=f"events of type {one_line(str(kind), 60)} do not start runs")
    if _is_test(payload):
        return Skip(code="test_delivery", reason=TEST_REASON)
    resource = _mapping(payload.get("resource"))
    whole = resource if kind == CREATED else _mapping(resource.get("revision"))
    if not isinstance(whole.get("fields"), Mapping):
        return Skip(code="minimal_details", reason=MINIMAL_REASON)
    return _created(payload, wanted) if kind == CREATED else _updated(payload, wanted)


def _is_test(payload: Mapping[str, Any]) -> bool:
    """Whether the button *Test* sent the payload: its sample work item is in no organisation of anybody."""
    url = _mapping(payload.get("resource")).get("url")
    return payload.get("subscriptionId") == NO_SUBSCRIPTION or _organization_in(url) == SAMPLE_ORGANIZATION


def tags_of(text: object) -> tuple[str, ...]:
    """Return the tags in the value of `System.Tags`, as written, without surrounding spaces."""
    return tuple(tag.strip() for tag in text.split(";") if tag.strip()) if isinstance(text, str) else ()


def _created(payload: Mapping[str, Any], wanted: set[str]) -> RunTrigger | Skip:
    resource = _mapping(payload.get("resource"))
    fields = _mapping(resource.get("fields"))
    if not wanted & _folded(fields.get("System.Tags")):
        return Skip(code="no_trigger_tag", reason="the work item was created without a trigger tag")
    return _trigger(payload, resource.get("id"), fields)


def _updated(payload: Mapping[str, Any], wanted: set[str]) -> RunTrigger | Skip:
    """Return a trigger if a trigger tag was added, or if the text of a tagged work item changed.

    `resource.id` is the number of the update.
    """
    resource = _mapping(payload.get("resource"))
    changes = _mapping(resource.get("fields"))
    fields = _mapping(_mapping(resource.get("revision")).get("fields"))
    tags = _mapping(changes.get("System.Tags"))
    added = _folded(tags.get("newValue")) - _folded(tags.get("oldValue"))
    if not wanted & (_folded(fields.get("System.Tags")) | added):
        return Skip(code="no_trigger_tag", reason="the work item has no trigger tag")
    if not wanted & added and not any(name in changes for name in CONTENT_FIELDS):
        return Skip(code="no_change_of_content", reason="no trigger tag was added and no text was changed")
    trigger = _trigger(payload, resource.get("workItemId"), fields, _mapping(resource.get("revisedBy")))
    update = resource.get("id")
    if isinstance(trigger, Skip):
        return trigger
    if not isinstance(update, int) or update <= 0:
        return Skip(code="not_usable", reason="the delivery has no number of the work item's update")
    return trigger.model_copy(update={"update": update})


def _trigger(
    payload: Mapping[str, Any],
    number: object,
    fields: Mapping[str, Any],
    revised_by: Mapping[str, Any] | None = None,
) -> RunTrigger | Skip:
    project = fields.get("System.TeamProject")
    organization = _organization(payload)
    if not isinstance(number, int) or isinstance(number, bool) or number <= 0:
        return Skip(code="not_usable", reason="the delivery has no work item id")
    if not isinstance(project, str) or not project or len(project) > 64:
        reason = "the delivery has no project; set the subscription to send all resource details"
        return Skip(code="not_usable", reason=reason)
    if not organization:
        return Skip(code="not_usable", reason="the delivery has no organisation in resourceContainers")
    options = _options(fields.get("System.Tags"))
    if isinstance(options, Skip):
        return options
    person = revised_by or {}
    changed_by = fields.get("System.ChangedBy") or fields.get("System.CreatedBy")
    return RunTrigger(
        delivery=ids.key(payload.get("subscriptionId"), payload.get("notificationId"), payload.get("id")),
        organization=organization,
        project=project,
        work_item_id=number,
        content=ids.key(*(fields.get(name) for name in CONTENT_FIELDS)),
        requester_id=person["id"] if isinstance(person.get("id"), str) else None,
        requester_name=one_line(str(person.get("displayName") or _name(changed_by)), 100),
        options=options,
    )


def _options(tags: object) -> dict[str, str] | Skip:
    """Return the options in tags such as `autocoder:repo=Web App`, or a `Skip` when one is not valid.

    Ignoring an invalid option would run another agent, or change another repository, than the person wanted.
    """
    options: dict[str, str] = {}
    for tag in tags_of(tags):
        match = OPTION_TAG.fullmatch(tag)
        if match is None:
            continue
        name, value = match["name"].strip().lower(), match["value"].strip()
        shown = one_line(tag, 120)
        if name not in OPTIONS or not 0 < len(value) <= MAX_OPTION_LENGTH or not value.isprintable():
            known = ", ".join(OPTIONS)
            reason = (
                f"the tag `{shown}` is not valid: write autocoder:<option>=<value>, where the options are "
                f"{known} and a value has at most {MAX_OPTION_LENGTH} characters"
            )
            return Skip(code="unreadable_tag", reason=reason)
        if options.setdefault(name, value) != value:
            return Skip(
                code="unreadable_tag", reason=f"the tag `{shown}` contradicts another tag; remove one of them"
            )
    return options


def _organization(payload: Mapping[str, Any]) -> str:
    """Return the organisation's name from the addresses in `resourceContainers`, whichever form they have."""
    containers = _mapping(payload.get("resourceContainers"))
    for name in ("collection", "account", "project"):
        if found := _organization_in(_mapping(containers.get(name)).get("baseUrl")):
            return found
    return ""


def _organization_in(url: object) -> str:
    """Return the organisation's name in an address of Azure DevOps, whichever form it has."""
    found = re.match(r"https?://([^/]+)/?([^/?#]*)", url) if isinstance(url, str) else None
    if found is None:
        return ""
    host, first = found[1], found[2]
    return host.split(".")[0] if host.endswith(".visualstudio.com") else first


def _name(identity: object) -> str:
    """Return the display name of an identity in a 1.0 event: a string `Name <mail>`, or an object."""
    if isinstance(identity, Mapping):
        return str(identity.get("displayName", ""))
    return re.sub(r"\s*<[^>]*>\s*$", "", identity) if isinstance(identity, str) else ""


def _folded(tags: object) -> set[str]:
    return {tag.casefold() for tag in tags_of(tags)}


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
