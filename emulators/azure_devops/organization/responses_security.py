"""Answers about permissions: security namespaces, access control lists, and what the caller may do.

https://learn.microsoft.com/rest/api/azure/devops/security
"""

import uuid
from typing import Any

from aiohttp import web

from emulators.azure_devops.core import errors
from emulators.azure_devops.core.calls import Call
from emulators.azure_devops.core.state import JSON
from emulators.azure_devops.organization import permissions
from emulators.azure_devops.organization.seeding import COLLECTION_ADMINISTRATORS, group

NAMESPACES = {
    permissions.GIT_REPOSITORIES: ("Git Repositories", permissions.GIT_BITS),
    permissions.AREAS: ("CSS", permissions.AREA_BITS),
    permissions.SERVICE_HOOKS: ("ServiceHooks", permissions.HOOK_BITS),
    permissions.BUILDS: ("Build", permissions.BUILD_BITS),
    permissions.PROJECTS: ("Project", permissions.PROJECT_BITS),
    permissions.COLLECTIONS: ("Collection", permissions.COLLECTION_BITS),
}


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


async def evaluate_permissions(call: Call) -> web.Response:
    """POST _apis/security/permissionevaluationbatch: what the caller may do, through groups as well.

    Raises 401 for the token of an extension when the switch `extensionEvaluatesPermissions` is off.
    https://learn.microsoft.com/rest/api/azure/devops/security/permissions/has-permissions-batch
    """
    if call.of_extension and not call.state.switches().extension_evaluates_permissions:
        raise errors.unauthorized(call.caller.unique_name)
    body = {name.lower(): value for name, value in (await call.body()).items()}
    evaluations = body.get("evaluations")
    if not isinstance(evaluations, list):
        raise errors.argument("Value cannot be null.", "evaluations")
    always = body.get("alwaysallowadministrators") is True and _administers(call)
    return call.reply({"evaluations": [_evaluated(call, one, always=always) for one in evaluations]})


def _evaluated(call: Call, evaluation: object, *, always: bool) -> JSON:
    """Return *evaluation* with its `value`; raises 400 for another form, 404 for an unknown namespace."""
    if not isinstance(evaluation, dict):
        raise errors.argument("Value cannot be null.", "evaluation")
    given = {str(name).lower(): value for name, value in evaluation.items()}
    namespace = _known_namespace(str(given.get("securitynamespaceid", "")))
    token, mask = given.get("token"), given.get("permissions")
    if not isinstance(token, str) or not token:
        raise errors.argument("Value cannot be null.", "token")
    if not isinstance(mask, int) or isinstance(mask, bool):
        raise errors.argument(f"The value '{mask}' is not valid for permissions.", "permissions")
    value = always or permissions.may(call.state, call.caller, namespace, token, mask)
    return {"securityNamespaceId": namespace, "token": token, "permissions": mask, "value": value}


def _administers(call: Call) -> bool:
    """Whether the caller is an administrator of the organisation."""
    administrators = group(call.state, call.organization, COLLECTION_ADMINISTRATORS)
    return administrators in permissions.groups_of(call.state, call.caller)


def _namespace(call: Call) -> str:
    return _known_namespace(call.arguments["securityNamespaceId"])


def _known_namespace(text: str) -> str:
    """Return the id of a namespace; raises 404 TF10158 for an unknown one."""
    try:
        namespace = str(uuid.UUID(text))
    except ValueError:
        namespace = ""
    if namespace not in NAMESPACES:
        message = f"TF10158: The security namespace {text} does not exist."
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
