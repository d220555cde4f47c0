"""Answers about the organisation: catalogue, connection data, projects, identities, access control lists.

https://learn.microsoft.com/rest/api/azure/devops/core/projects
"""

import uuid
from typing import Any

from aiohttp import web

from emulators.azure_devops.core import errors
from emulators.azure_devops.core.calls import Call
from emulators.azure_devops.core.repository_shapes import show_project
from emulators.azure_devops.core.state import JSON, Identity
from emulators.azure_devops.organization import permissions

NAMESPACES = {
    permissions.GIT_REPOSITORIES: ("Git Repositories", permissions.GIT_BITS),
    permissions.AREAS: ("CSS", permissions.AREA_BITS),
    permissions.SERVICE_HOOKS: ("ServiceHooks", permissions.HOOK_BITS),
    permissions.BUILDS: ("Build", permissions.BUILD_BITS),
}


async def list_resource_areas(call: Call) -> web.Response:
    """GET _apis/resourceAreas: an empty list, so that clients keep using the given address."""
    return call.reply({"count": 0, "value": []})


async def get_resource_area(call: Call) -> web.Response:
    """GET _apis/resourceAreas/{id}; always raises 404, because all areas are on one host."""
    raise errors.no_controller(call.request.path)


async def get_connection_data(call: Call) -> web.Response:
    """GET _apis/connectionData: the identity of the caller."""
    caller = call.caller
    user = {
        "id": caller.id,
        "descriptor": caller.descriptor,
        "subjectDescriptor": caller.subject,
        "providerDisplayName": caller.display_name,
        "isActive": True,
        "properties": {"Account": {"$type": "System.String", "$value": caller.unique_name}},
        "resourceVersion": 2,
        "metaTypeId": 1 if caller.kind == "servicePrincipal" else 0,
    }
    organization = call.state.organization_id(call.organization)
    return call.reply(
        {
            "authenticatedUser": user,
            "authorizedUser": user,
            "instanceId": organization,
            "deploymentId": organization,
            "deploymentType": "hosted",
            "locationServiceData": {"defaultAccessMappingMoniker": "PublicAccessMapping"},
        }
    )


async def list_projects(call: Call) -> web.Response:
    """GET _apis/projects."""
    skip, top = call.number("$skip", 0), call.number("$top", 100)
    found = [project for project in call.state.projects(call.organization) if _sees(call, project.id)]
    return call.collection([show_project(call.url, project) for project in found[skip : skip + top]])


async def get_project(call: Call) -> web.Response:
    """GET _apis/projects/{id or name}; raises 404 if the caller may not see it."""
    project = call.state.project(call.organization, call.arguments["projectId"])
    if not _sees(call, project.id):
        raise errors.project_missing(call.arguments["projectId"])
    body = show_project(call.url, project, whole=True)
    if not call.flag("includeCapabilities"):
        del body["capabilities"]
    return call.reply(body)


def _sees(call: Call, project_id: str) -> bool:
    token = f"repoV2/{project_id}"
    return permissions.may(call.state, call.caller, permissions.GIT_REPOSITORIES, token, 2)


async def list_identities(call: Call) -> web.Response:
    """GET _apis/identities?identityIds=|descriptors=|subjectDescriptors=|searchFilter=&filterValue=.

    https://learn.microsoft.com/rest/api/azure/devops/ims/identities/read-identities
    """
    wanted = [w for name in ("identityIds", "subjectDescriptors") for w in call.query(name).split(",") if w]
    descriptors = [w for w in call.query("descriptors").split(",") if w]
    if call.query("searchFilter"):
        found = [_searched(call, identity) for identity in call.state.identities()]
        return call.collection([_show_identity(call, identity) for identity in found if identity])
    people = [call.state.find_identity(words) for words in (*wanted, *descriptors)]
    return call.collection([_show_identity(call, identity) if identity else None for identity in people])


async def get_identity(call: Call) -> web.Response:
    """GET _apis/identities/{id}; raises 404 TF50620 for an unknown one."""
    identity = call.state.identity(call.arguments["identityId"])
    if identity is None:
        message = f"TF50620: The identity {call.arguments['identityId']} could not be found."
        raise errors.missing(message, "IdentityNotFoundException", errors.FRAMEWORK)
    return call.reply(_show_identity(call, identity))


def _searched(call: Call, identity: Identity) -> Identity | None:
    words = call.query("filterValue").casefold()
    names = {
        "General": (identity.display_name, identity.unique_name, identity.display_name.rpartition("\\")[2]),
        "AccountName": (identity.unique_name,),
        "DisplayName": (identity.display_name, identity.display_name.rpartition("\\")[2]),
        "MailAddress": (identity.unique_name,),
        "LocalGroupName": (identity.display_name, identity.display_name.rpartition("\\")[2]),
    }.get(call.query("searchFilter"), ())
    return identity if words in {name.casefold() for name in names} else None


def _groups(call: Call, identity: Identity, membership: str) -> list[Identity]:
    """Return the groups of *identity* that `queryMembership` selects."""
    if membership not in ("Direct", "Expanded", "ExpandedUp"):
        return []
    groups = permissions.groups_of(call.state, identity)
    direct = {row["group"] for row in call.state.store.all("membership") if row["member"] == identity.id}
    return [group for group in groups if membership != "Direct" or group.id in direct]


def _members(call: Call, identity: Identity, membership: str) -> list[Identity]:
    """Return the members of the group *identity* that `queryMembership` selects."""
    if membership not in ("Direct", "Expanded", "ExpandedDown"):
        return []
    return permissions.members_of(call.state, identity, through_groups=membership != "Direct")


def _show_identity(call: Call, identity: Identity) -> JSON:
    membership = call.query("queryMembership", "None")
    people = _members(call, identity, membership)
    return {
        "id": identity.id,
        "descriptor": identity.descriptor,
        "subjectDescriptor": identity.subject,
        "providerDisplayName": identity.display_name,
        "isActive": True,
        "isContainer": identity.kind == "group",
        "members": [person.descriptor for person in people],
        "memberOf": [group.descriptor for group in _groups(call, identity, membership)],
        "memberIds": [person.id for person in people],
        "properties": {
            "SchemaClassName": _value("Group" if identity.kind == "group" else "User"),
            "Account": _value(identity.unique_name),
            "Mail": _value("" if identity.kind == "group" else identity.unique_name),
        },
        "resourceVersion": 2,
        "metaTypeId": {"group": 255, "servicePrincipal": 1, "user": 0}[identity.kind],
    }


def _value(text: str) -> JSON:
    return {"$type": "System.String", "$value": text}


async def list_namespaces(call: Call) -> web.Response:
    """GET _apis/securityNamespaces[/{id}]."""
    wanted = call.arguments.get("securityNamespaceId", "").lower()
    shown = [
        {
            "namespaceId": namespace,
            "name": name,
            "displayName": name,
            "separatorValue": "/",
            "actions": [
                {"bit": bit, "name": action, "displayName": action, "namespaceId": namespace}
                for action, bit in table.items()
            ],
        }
        for namespace, (name, table) in NAMESPACES.items()
        if wanted in ("", namespace)
    ]
    return call.collection(shown)


async def list_access_control_lists(call: Call) -> web.Response:
    """GET _apis/accessControlLists/{namespace}?token=&descriptors=&includeExtendedInfo=.

    https://learn.microsoft.com/rest/api/azure/devops/security/access-control-lists/query
    """
    namespace, token = _namespace(call), call.query("token")
    wanted = [w for w in call.query("descriptors").split(",") if w]
    explicit = permissions.access_control_list(call.state, namespace, token)
    extended = call.flag("includeExtendedInfo")
    names = wanted or list(_inherited(call, namespace, token) if extended else explicit)
    entries = {name: _entry(call, namespace, token, name, extended=extended) for name in names}
    body: JSON = {"inheritPermissions": True, "token": token, "acesDictionary": entries}
    if extended:
        body["includeExtendedInfo"] = True
    return call.collection([body] if token and entries else [])


def _namespace(call: Call) -> str:
    try:
        namespace = str(uuid.UUID(call.arguments["securityNamespaceId"]))
    except ValueError:
        namespace = ""
    if namespace not in NAMESPACES:
        message = f"TF10158: The security namespace {call.arguments['securityNamespaceId']} does not exist."
        raise errors.missing(message, "InvalidSecurityNamespaceException", errors.FRAMEWORK)
    return namespace


def _inherited(call: Call, namespace: str, token: str) -> dict[str, Any]:
    """Return every descriptor that has an entry at *token* or above it."""
    names: dict[str, Any] = {}
    for level in permissions.lineage(token):
        names |= permissions.access_control_list(call.state, namespace, level)
    return names


def _entry(call: Call, namespace: str, token: str, descriptor: str, *, extended: bool) -> JSON:
    own = permissions.access_control_list(call.state, namespace, token).get(
        descriptor, {"allow": 0, "deny": 0}
    )
    body: JSON = {"descriptor": descriptor, **own}
    if extended:
        identity = call.state.find_identity(descriptor)
        groups = permissions.groups_of(call.state, identity) if identity else []
        total = permissions.effective(
            call.state, namespace, token, [descriptor, *(g.descriptor for g in groups)]
        )
        body["extendedInfo"] = {"effectiveAllow": total.allow, "effectiveDeny": total.deny}
    return body
