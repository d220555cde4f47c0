"""The made-up work item of test notifications, as the examples of the documentation have it.

https://learn.microsoft.com/azure/devops/service-hooks/events
"""

from typing import Any

ITEM = "http://dev.azure.com/fabrikam-fiber-inc/DefaultCollection/_apis/wit/workItems/5"
FIELDS = {
    "System.AreaPath": "FabrikamCloud",
    "System.TeamProject": "FabrikamCloud",
    "System.WorkItemType": "Bug",
    "System.State": "New",
    "System.Title": "Some great new idea!",
}
RESOURCES: dict[str, Any] = {
    "workitem.created": {"id": 5, "rev": 1, "fields": FIELDS, "url": ITEM},
    "workitem.updated": {
        "id": 2,
        "workItemId": 0,
        "rev": 2,
        "revisedBy": None,
        "fields": {"System.State": {"oldValue": "New", "newValue": "Approved"}},
        "url": f"{ITEM}/updates/2",
        "revision": {"id": 5, "rev": 2, "fields": FIELDS, "url": f"{ITEM}/revisions/2"},
    },
}


def sample_resource(event: str) -> Any:
    """Return the resource of a test notification of *event*."""
    return RESOURCES.get(event, {"id": 0})
