"""Service hooks: subscriptions, their notifications, test notifications.

https://learn.microsoft.com/rest/api/azure/devops/hooks
"""

from emulators.azure_devops.core.resources import Resource
from emulators.azure_devops.hooks import responses as hooks

_BASE = "_apis/hooks/subscriptions"
SERVICE_HOOKS: tuple[Resource, ...] = (
    Resource(
        "fc50d02a-849f-41fb-8af1-0a5216103269",
        "hooks",
        "Subscriptions",
        f"{_BASE}/{{subscriptionId?}}",
        1,
        {
            "LIST": hooks.list_subscriptions,
            "GET": hooks.get_subscription,
            "POST": hooks.create_subscription,
            "PUT": hooks.replace_subscription,
            "DELETE": hooks.delete_subscription,
        },
        scope="organization",
    ),
    Resource(
        "0c62d343-21b0-4732-997b-017fde84dc28",
        "hooks",
        "Notifications",
        f"{_BASE}/{{subscriptionId}}/notifications/{{notificationId?}}",
        1,
        {"GET": hooks.list_notifications},
        scope="organization",
    ),
    Resource(
        "1139462c-7e27-4524-a997-31b9b73551fe",
        "hooks",
        "TestNotifications",
        "_apis/hooks/testNotifications",
        1,
        {"POST": hooks.send_test},
        scope="organization",
    ),
)
