"""Answers about policies.

https://learn.microsoft.com/rest/api/azure/devops/policy/configurations
"""

from aiohttp import web

from emulators.azure_devops.core import errors
from emulators.azure_devops.core.calls import Call
from emulators.azure_devops.core.state import JSON
from emulators.azure_devops.organization import permissions
from emulators.azure_devops.policy import models as policies


async def list_configurations(call: Call) -> web.Response:
    """GET policy/configurations?policyType=."""
    project = call.required_project()
    kind = call.query("policyType").lower()
    found = [p for p in policies.configured(call.state, project.id) if kind in ("", p["type"])]
    return call.collection([policies.show(call.state, call.url, policy) for policy in found])


async def get_configuration(call: Call) -> web.Response:
    """GET policy/configurations/{id}."""
    return call.reply(policies.show(call.state, call.url, _known(call)))


async def list_for_branch(call: Call) -> web.Response:
    """GET git/policy/configurations?repositoryId=&refName=&policyType=: the policies of one branch."""
    project, wanted = call.required_project(), call.query("repositoryId")
    if not wanted:
        return await list_configurations(call)
    repository = call.state.repository(call.organization, project, wanted)
    kind = call.query("policyType").lower()
    found = policies.applicable(call.state, repository, call.query("refName"))
    return call.collection([policies.show(call.state, call.url, p) for p in found if kind in ("", p["type"])])


async def list_types(call: Call) -> web.Response:
    """GET policy/types."""
    return call.collection([_show_type(call, kind) for kind in policies.TYPES])


async def get_type(call: Call) -> web.Response:
    """GET policy/types/{id}; raises 404 TF402482 for an unknown one."""
    kind = call.arguments["typeId"].lower()
    if kind not in policies.TYPES:
        message = f"TF402482: Policy type '{kind}' not found."
        raise errors.missing(message, "PolicyTypeNotFoundException", errors.GIT)
    return call.reply(_show_type(call, kind))


def _show_type(call: Call, kind: str) -> JSON:
    url = f"{call.url}/{call.required_project().id}/_apis/policy/types/{kind}"
    return {"id": kind, "displayName": policies.TYPES[kind], "description": "", "url": url}


async def create_configuration(call: Call) -> web.Response:
    """POST policy/configurations -> 200."""
    _require(call)
    policy = policies.configure(call.state, call.required_project(), await call.body(), call.caller)
    return call.reply(policies.show(call.state, call.url, policy))


async def replace_configuration(call: Call) -> web.Response:
    """PUT policy/configurations/{id}."""
    _require(call)
    project, body = call.required_project(), await call.body()
    policy = policies.configure(call.state, project, body, call.caller, _known(call))
    return call.reply(policies.show(call.state, call.url, policy))


async def delete_configuration(call: Call) -> web.Response:
    """DELETE policy/configurations/{id} -> 204."""
    _require(call)
    call.state.store.remove("policy", _known(call)["id"], parent=call.required_project().id)
    return call.reply(None, 204)


def _known(call: Call) -> JSON:
    number = call.argument("configurationId")
    found = call.state.store.get("policy", number, parent=call.required_project().id)
    if found is None:
        message = f"TF402480: The policy configuration {number} was not found."
        raise errors.missing(message, "PolicyConfigurationNotFoundException", errors.GIT)
    return found


def _require(call: Call) -> None:
    token, mask = f"repoV2/{call.required_project().id}", permissions.GIT_BITS["EditPolicies"]
    if not permissions.may(call.state, call.caller, permissions.GIT_REPOSITORIES, token, mask):
        raise errors.git_permission("EditPolicies", call.caller.unique_name, "project")
