"""The organisation, its identities, and service hooks."""

from emulators.azure_devops import responses_core as core
from emulators.azure_devops import responses_hooks as hooks
from emulators.azure_devops.resources import Resource

ORGANIZATION: tuple[Resource, ...] = (
    Resource(
        "e81700f7-3be2-46de-8624-2eb35882fcaa",
        "Location",
        "ResourceAreas",
        "_apis/resourceAreas/{areaId?}",
        1,
        {"LIST": core.list_resource_areas, "GET": core.get_resource_area},
        scope="organization",
    ),
    Resource(
        "00d9565f-ed9c-4a06-9a50-00e7896ccab4",
        "Location",
        "ConnectionData",
        "_apis/connectionData",
        1,
        {"GET": core.get_connection_data},
        scope="organization",
        preview=True,
    ),
    Resource(
        "603fe2ac-9723-48b9-88ad-09305aa6c6e1",
        "core",
        "projects",
        "_apis/projects/{projectId?}",
        4,
        {"LIST": core.list_projects, "GET": core.get_project},
        "vso.project",
        scope="organization",
    ),
    Resource(
        "28010c54-d0c0-4c89-a5b0-1c9e188b9fb7",
        "IMS",
        "Identities",
        "_apis/identities/{identityId?}",
        1,
        {"LIST": core.list_identities, "GET": core.get_identity},
        "vso.identity",
        scope="organization",
    ),
    Resource(
        "ce7b9f95-fde9-4be8-a86d-83b366f0b87a",
        "Security",
        "SecurityNamespaces",
        "_apis/securityNamespaces/{namespaceId?}",
        1,
        {"GET": core.list_namespaces},
        scope="organization",
    ),
    Resource(
        "18a2ad18-7571-46ae-bec7-0c7da1495885",
        "Security",
        "AccessControlLists",
        "_apis/accessControlLists/{namespaceId}",
        1,
        {"GET": core.list_access_control_lists},
        scope="organization",
    ),
)


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
