"""The event types of the publisher `tfs` that subscriptions may name, with their versions and filters.

https://learn.microsoft.com/azure/devops/service-hooks/events
https://learn.microsoft.com/rest/api/azure/devops/hooks/publishers/list-event-types
"""

from emulators.azure_devops.core.state import JSON
from emulators.azure_devops.hooks.subscriptions import EVENT_VERSIONS, FILTERS

NAMES = {
    "workitem.created": "Work item created",
    "workitem.updated": "Work item updated",
    "workitem.commented": "Work item commented on",
    "git.pullrequest.created": "Pull request created",
    "git.pullrequest.updated": "Pull request updated",
    "git.pullrequest.merged": "Pull request merge attempted",
    "ms.vss-code.git-pullrequest-comment-event": "Pull request commented on",
}
# filters that only one event has, although other events of its group are listed with the same filters
ONLY_OF = {
    "changedFields": "workitem.updated",
    "commentPattern": "workitem.commented",
    "notificationType": "git.pullrequest.updated",
}


def event_type(url: str, event: str) -> JSON:
    """Return the descriptor of an event type; *url* is the organisation's address."""
    filters = [name for name in FILTERS[event.partition(".")[0]] if ONLY_OF.get(name, event) == event]
    return {
        "id": event,
        "name": NAMES.get(event, event),
        "description": NAMES.get(event, event),
        "publisherId": "tfs",
        "supportedResourceVersions": list(dict.fromkeys(("1.0", EVENT_VERSIONS[event]))),
        "inputDescriptors": [_input(name) for name in filters],
        "url": f"{url}/_apis/hooks/publishers/tfs/eventTypes/{event}",
    }


def _input(name: str) -> JSON:
    return {"id": name, "name": name, "description": name, "isConfidential": False}
