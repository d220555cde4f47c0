"""The organisation: its catalogue, projects, identities, access, and extension data.

https://learn.microsoft.com/rest/api/azure/devops/core
https://learn.microsoft.com/rest/api/azure/devops/ims
https://learn.microsoft.com/rest/api/azure/devops/security
"""

from emulators.azure_devops.core.queries import PAGE, Choice, flags, off, texts
from emulators.azure_devops.core.resources import Resource, Route
from emulators.azure_devops.organization import extension_data, project_properties
from emulators.azure_devops.organization import responses as core
from emulators.azure_devops.organization import responses_security as security

_MEMBERSHIP = Choice(
    ("None", "Direct", "Expanded", "ExpandedUp", "ExpandedDown"),
    numbers={"0": "None", "1": "Direct", "2": "Expanded", "3": "ExpandedUp", "4": "ExpandedDown"},
)
_SEARCH = Choice(
    ("General", "AccountName", "DisplayName", "MailAddress", "LocalGroupName"),
    ("AdministratorsGroup", "Identifier", "Alias", "DirectoryAlias", "TeamGroupName"),
)
_IDENTITIES = {
    **texts("descriptors", "identityIds", "subjectDescriptors", "filterValue"),
    "searchFilter": _SEARCH,
    "queryMembership": _MEMBERSHIP,
}
_PROJECT_STATE = Choice(
    ("all", "wellFormed"), ("deleting", "new", "createPending", "unchanged", "deleted"), {"-1": "all"}
)
_CONNECT = Choice(("none",), ("includeServices",), {"0": "none", "1": "includeServices"})
ORGANIZATION: tuple[Resource, ...] = (
    Resource(
        "e81700f7-3be2-46de-8624-2eb35882fcaa",
        "Location",
        "ResourceAreas",
        "_apis/resourceAreas/{areaId}",
        1,
        {
            "Resource Areas_List": Route(core.list_resource_areas),
            "Resource Areas_Get": Route(core.get_resource_area),
        },
    ),
    Resource(
        "00d9565f-ed9c-4a06-9a50-00e7896ccab4",
        "Location",
        "ConnectionData",
        "_apis/connectionData",
        1,
        {
            "Connection Data_Get": Route(
                core.get_connection_data,
                {"connectOptions": _CONNECT, **texts("lastChangeId", "lastChangeId64")},
            )
        },
        preview=True,
    ),
    Resource(
        "603fe2ac-9723-48b9-88ad-09305aa6c6e1",
        "core",
        "projects",
        "_apis/projects/{projectId}",
        4,
        {
            "Projects_List": Route(
                core.list_projects, {**PAGE, "stateFilter": _PROJECT_STATE, **off("getDefaultTeamImageUrl")}
            ),
            "Projects_Get": Route(
                core.get_project, {**flags("includeCapabilities"), **off("includeHistory")}
            ),
        },
    ),
    Resource(
        "28010c54-d0c0-4c89-a5b0-1c9e188b9fb7",
        "IMS",
        "Identities",
        "_apis/identities/{identityId}",
        1,
        {
            "Identities_Read Identities": Route(core.list_identities, _IDENTITIES),
            "Identities_Read Identity": Route(core.get_identity, {"queryMembership": _MEMBERSHIP}),
        },
    ),
    Resource(
        "ce7b9f95-fde9-4be8-a86d-83b366f0b87a",
        "Security",
        "SecurityNamespaces",
        "_apis/securityNamespaces/{securityNamespaceId}",
        1,
        {
            "Security Namespaces_List": Route(security.list_namespaces, off("localOnly")),
            "Security Namespaces_Query": Route(security.list_namespaces, off("localOnly")),
        },
    ),
    Resource(
        "18a2ad18-7571-46ae-bec7-0c7da1495885",
        "Security",
        "AccessControlLists",
        "_apis/accessControlLists/{securityNamespaceId}",
        1,
        {
            "Access Control Lists_Query": Route(
                security.list_access_control_lists,
                {**texts("token", "descriptors"), **flags("includeExtendedInfo"), **off("recurse")},
            )
        },
    ),
    Resource(
        "cf1faa59-1b63-4448-bf04-13d981a46f5d",
        "Security",
        "PermissionEvaluationBatch",
        "_apis/security/permissionEvaluationBatch",
        1,
        {"Permissions_Has Permissions Batch": Route(security.evaluate_permissions)},
    ),
    Resource(
        "4976a71a-4487-49aa-8aab-a1eda469037a",
        "core",
        "properties",
        "_apis/projects/{projectId}/properties",
        1,
        {
            "Projects_Get Project Properties": Route(project_properties.list_properties, texts("keys")),
            "Projects_Set Project Properties": Route(project_properties.change_properties),
        },
        preview=True,
    ),
    Resource(
        "bbe06c18-1c8b-4fcd-b9c6-1535aaab8749",
        "ExtensionManagement",
        "Data",
        "_apis/ExtensionManagement/InstalledExtensions/{publisherName}/{extensionName}/Data/Scopes/{scopeType}"
        "/{scopeValue}/Collections/{collectionName}/Documents/{documentId}",
        1,
        {
            "Documents_List": Route(extension_data.list_documents),
            "Documents_Get": Route(extension_data.get_document),
            "Documents_Create": Route(extension_data.create_document),
            "Documents_Set": Route(extension_data.set_document),
            "Documents_Update": Route(extension_data.update_document),
            "Documents_Delete": Route(extension_data.delete_document),
        },
        preview=True,
    ),
)
