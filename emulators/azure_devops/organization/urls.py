"""The organisation: its catalogue, projects, identities and access.

https://learn.microsoft.com/rest/api/azure/devops/core
"""

from emulators.azure_devops.core.resources import Resource
from emulators.azure_devops.organization import responses as core

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
