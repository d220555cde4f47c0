"""Service hooks: subscriptions, event types, notifications, test notifications.

https://learn.microsoft.com/rest/api/azure/devops/hooks
"""

from emulators.azure_devops.core.queries import Choice, off, texts
from emulators.azure_devops.core.resources import Resource, Route
from emulators.azure_devops.hooks import responses as hooks
from emulators.azure_devops.hooks.searching import NAMES

_BASE = "_apis/hooks/subscriptions"
_STATUS = Choice(
    ("queued", "processing", "requestInProgress", "completed"),
    numbers={"0": "queued", "10": "processing", "20": "requestInProgress", "100": "completed"},
)
_RESULT = Choice(
    ("pending", "succeeded", "failed", "filtered"),
    numbers={"0": "pending", "10": "succeeded", "20": "failed", "30": "filtered"},
)
SERVICE_HOOKS: tuple[Resource, ...] = (
    Resource(
        "fc50d02a-849f-41fb-8af1-0a5216103269",
        "hooks",
        "Subscriptions",
        f"{_BASE}/{{subscriptionId}}",
        1,
        {
            "Subscriptions_List": Route(
                hooks.list_subscriptions, texts("publisherId", "eventType", "consumerId", "consumerActionId")
            ),
            "Subscriptions_Get": Route(hooks.get_subscription),
            "Subscriptions_Create": Route(hooks.create_subscription),
            "Subscriptions_Replace Subscription": Route(hooks.replace_subscription),
            "Subscriptions_Delete": Route(hooks.delete_subscription),
        },
    ),
    Resource(
        "0c62d343-21b0-4732-997b-017fde84dc28",
        "hooks",
        "Notifications",
        f"{_BASE}/{{subscriptionId}}/notifications/{{notificationId}}",
        1,
        {
            "Notifications_List": Route(
                hooks.list_notifications, {"maxResults": None, "status": _STATUS, "result": _RESULT}
            ),
            "Notifications_Get": Route(hooks.get_notification),
        },
    ),
    Resource(
        "1139462c-7e27-4524-a997-31b9b73551fe",
        "hooks",
        "TestNotifications",
        "_apis/hooks/testNotifications",
        1,
        {"Notifications_Create": Route(hooks.send_test, off("useRealData"))},
    ),
    Resource(
        "c7c3c1cf-9e05-4c0d-a425-a0f922c2c6ed",
        "hooks",
        "SubscriptionsQuery",
        "_apis/hooks/subscriptionsQuery",
        1,
        {
            "Subscriptions_Create Subscriptions Query": Route(
                hooks.query_subscriptions,
                body=(*NAMES, "publisherInputFilters", "consumerInputFilters", "results"),
            )
        },
    ),
    Resource(
        "db4777cd-8e08-4a84-8ba3-c974ea033718",
        "hooks",
        "EventTypes",
        "_apis/hooks/publishers/{publisherId}/eventTypes/{eventTypeId}",
        1,
        {
            "Publishers_List Event Types": Route(hooks.list_event_types),
            "Publishers_Get Event Type": Route(hooks.get_event_type),
        },
    ),
)
