"""Answers about the organisation: catalogue, connection data, projects, identities.

https://learn.microsoft.com/rest/api/azure/devops/core/projects
"""

from aiohttp import web

from emulators.azure_devops.core import errors
from emulators.azure_devops.core.calls import Call
from emulators.azure_devops.core.repository_shapes import show_project
from emulators.azure_devops.core.state import JSON, Identity, Project
from emulators.azure_devops.organization import permissions


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
    project = visible_project(call)
    body = show_project(call.url, project, whole=True)
    if not call.flag("includeCapabilities"):
        del body["capabilities"]
    return call.reply(body)


def visible_project(call: Call) -> Project:
    """Return the project that the path names; raises 404 TF200016 if the caller may not see it."""
    project = call.state.project(call.organization, call.arguments["projectId"])
    if not _sees(call, project.id):
        raise errors.project_missing(call.arguments["projectId"])
    return project


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
