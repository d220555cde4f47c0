"""`/_control/...`: set-up for tests, demo and benchmark, without a credential and only from this machine.

These routes do not exist in Azure DevOps. They create what people create in its web portal:
https://learn.microsoft.com/azure/devops/organizations/projects/create-project
https://learn.microsoft.com/azure/devops/organizations/accounts/use-personal-access-tokens-to-authenticate
"""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from aiohttp import web

from emulators.azure_devops.core.calls import answer
from emulators.azure_devops.core.services import Services
from emulators.azure_devops.core.state import JSON, Identity, Project, Repository, Switches, new_id
from emulators.azure_devops.hooks.subscriptions import STATUSES, public, with_status
from emulators.azure_devops.organization import authentication, extension_tokens, permissions, seeding
from emulators.azure_devops.pipelines import seeding as pipelines
from emulators.azure_devops.policy import models as policies
from emulators.azure_devops.storage import git_commands as git
from emulators.azure_devops.storage.git_objects import read_ref
from emulators.loopback import control_refusal

SWITCHES = {
    "linkWorkItems": ("link_work_items", bool),
    "hookSecondsScale": ("hook_seconds_scale", float),
    "largestFileBytes": ("largest_file_bytes", int),
    "extensionEvaluatesPermissions": ("extension_evaluates_permissions", bool),
}


class ControlError(Exception):
    """A control call that cannot be carried out; the message gives the reason."""


async def respond(services: Services, request: web.Request, rest: tuple[str, ...]) -> web.Response:
    """Answer a control call: errors are `{"error"}` with 400, 403 (not this machine), 404 or 415."""
    refused = control_refusal(request)
    if refused is not None:
        return refused
    try:
        body = await _body(request)
        control = _control(request.method, rest)
        if control is None:
            return answer({"error": f"there is no control route {request.method} {'/'.join(rest)}"}, 404, "")
        return answer(await control(services, rest, body), 200, "")
    except (ControlError, ValueError, KeyError, TypeError, git.GitError) as error:
        return answer({"error": f"{error}" or type(error).__name__}, 400, "")


async def _body(request: web.Request) -> JSON:
    body = await request.json() if request.can_read_body else {}
    if not isinstance(body, dict):
        raise ControlError("the body must be a JSON object")
    return body


Control = Callable[[Services, tuple[str, ...], JSON], Awaitable[Any]]


def _control(method: str, rest: tuple[str, ...]) -> Control | None:
    if rest[:1] == ("organizations",) and len(rest) > 2 and rest[2] == "projects":
        inside = rest[4] if len(rest) > 4 else ""
        return IN_PROJECT.get(inside)
    if (method, rest) == ("POST", ("extension", "tokens")):
        return _create_extension_token
    if method == "POST" and rest[:1] == ("subscriptions",) and len(rest) == 2:
        return _change_subscription
    table: dict[tuple[str, str], Control] = {
        ("POST", "identities"): _create_identity,
        ("POST", "memberships"): _change_membership,
        ("POST", "permissions"): _change_permissions,
        ("POST", "pats"): _create_pat,
        ("GET", "switches"): _show_switches,
        ("POST", "switches"): _change_switches,
        ("GET", "notifications"): _show_notifications,
    }
    return table.get((method, rest[0])) if len(rest) == 1 else None


async def _create_project(services: Services, rest: tuple[str, ...], body: JSON) -> JSON:
    """`POST organizations/{org}/projects {name, process, description}`; or the existing one."""
    process = body.get("process", "Agile")
    if process not in ("Agile", "Scrum", "Basic", "CMMI"):
        raise ControlError("process must be Agile, Scrum, Basic or CMMI")
    name = str(body["name"]).strip()
    if not name or "/" in name or name.startswith("_"):
        raise ControlError("a project's name must not contain a slash or start with an underscore")
    project = seeding.create_project(services.state, rest[1], name, process, str(body.get("description", "")))
    return {"id": project.id, "name": project.name, "organization": project.organization}


async def _create_repository(services: Services, rest: tuple[str, ...], body: JSON) -> JSON:
    """`POST organizations/{org}/projects/{project}/repositories {name, path}`: a copy of *path*."""
    project = services.state.project(rest[1], rest[3])
    name = str(body["name"]).strip()
    if not name or "/" in name:
        raise ControlError("a repository's name must not contain a slash")
    known = [r for r in services.state.repositories_of([project]) if r.name.lower() == name.lower()]
    repository = known[0] if known else seeding.create_repository(services.state, project, name)
    path = services.state.path_of(repository)
    if not path.exists():
        await git.create(path, repository.default_branch)
    if body.get("path"):
        repository = await _import(services, repository, Path(str(body["path"])))
    head = read_ref(path, repository.default_branch)
    return {"id": repository.id, "name": repository.name, "project": project.id, "head": head}


async def _import(services: Services, repository: Repository, source: Path) -> Repository:
    default = await git.copy(source, services.state.path_of(repository))
    changed = Repository(repository.id, repository.name, repository.project_id, default)
    return services.state.add_repository(changed)


async def _protect(services: Services, rest: tuple[str, ...], body: JSON) -> JSON:
    """`POST organizations/{org}/projects/{project}/policies`: a policy as the REST API takes it."""
    project: Project = services.state.project(rest[1], rest[3])
    return policies.configure(services.state, project, body, seeding.ADMINISTRATOR)


async def _create_pipeline(services: Services, rest: tuple[str, ...], body: JSON) -> JSON:
    """`POST organizations/{org}/projects/{project}/pipelines {name, repository, path, folder, variables}`."""
    project = services.state.project(rest[1], rest[3])
    return pipelines.create_pipeline(services.state, project, body, seeding.ADMINISTRATOR.id)


async def _create_connection(services: Services, rest: tuple[str, ...], body: JSON) -> JSON:
    """`POST organizations/{org}/projects/{project}/service-connections {name, type, url, parameters}`."""
    return pipelines.create_connection(services.state, services.state.project(rest[1], rest[3]), body)


async def _create_group(services: Services, rest: tuple[str, ...], body: JSON) -> JSON:
    """`POST organizations/{org}/projects/{project}/variable-groups {name, variables}`."""
    return pipelines.create_group(services.state, services.state.project(rest[1], rest[3]), body)


IN_PROJECT: dict[str, Control] = {
    "": _create_project,
    "repositories": _create_repository,
    "policies": _protect,
    "pipelines": _create_pipeline,
    "service-connections": _create_connection,
    "variable-groups": _create_group,
}


async def _create_identity(services: Services, _: tuple[str, ...], body: JSON) -> JSON:
    """`POST identities {displayName, uniqueName, id, kind}`."""
    kind = body.get("kind", "user")
    if kind not in ("user", "servicePrincipal", "group"):
        raise ControlError("kind must be user, servicePrincipal or group")
    identity_id = str(body.get("id") or new_id()).lower()
    name = str(body["displayName"])
    identity = Identity(identity_id, name, str(body.get("uniqueName") or name), kind)
    services.state.add_identity(identity)
    return {"id": identity.id, "descriptor": identity.descriptor, "subjectDescriptor": identity.subject}


async def _change_membership(services: Services, _: tuple[str, ...], body: JSON) -> JSON:
    """`POST memberships {identity, group, member}`; `member: false` removes the member."""
    identity, group = _identity(services, body["identity"]), _identity(services, body["group"])
    change = permissions.join if body.get("member", True) else permissions.leave
    change(services.state, identity, group)
    return {"groups": [group.display_name for group in permissions.groups_of(services.state, identity)]}


async def _change_permissions(services: Services, _: tuple[str, ...], body: JSON) -> JSON:
    """`POST permissions {identity, token, namespace, allow, deny}` with bits; Git by default."""
    namespace, token = str(body.get("namespace", permissions.GIT_REPOSITORIES)), str(body["token"])
    identity = _identity(services, body["identity"])
    allow, deny = int(body.get("allow", 0)), int(body.get("deny", 0))
    permissions.grant(services.state, namespace, token, identity, allow=allow, deny=deny)
    return permissions.access_control_list(services.state, namespace, token)


async def _create_pat(services: Services, _: tuple[str, ...], body: JSON) -> JSON:
    """`POST pats {token, identity, scopes}`; without scopes it has all rights of its identity."""
    identity = _identity(services, body["identity"])
    scopes = body.get("scopes")
    authentication.register_pat(
        services.state, str(body["token"]), identity, None if scopes is None else list(scopes)
    )
    return {"identity": identity.id, "scopes": scopes}


async def _create_extension_token(services: Services, _: tuple[str, ...], body: JSON) -> JSON:
    """`POST extension/tokens {person, scopes, minutes}` -> `{token}`, as an extension gets it."""
    person, scopes = _identity(services, body["person"]), body["scopes"]
    if not isinstance(scopes, list):
        raise ControlError("scopes must be a list")
    minutes = float(body.get("minutes", extension_tokens.DEFAULT_MINUTES))
    return {"token": extension_tokens.issue(services.state, person, list(map(str, scopes)), minutes)}


async def _show_switches(services: Services, _: tuple[str, ...], __: JSON) -> JSON:
    """`GET switches`."""
    switches = services.state.switches()
    return {name: getattr(switches, field) for name, (field, _) in SWITCHES.items()}


async def _change_switches(services: Services, rest: tuple[str, ...], body: JSON) -> JSON:
    """`POST switches {linkWorkItems, hookSecondsScale, largestFileBytes, extensionEvaluatesPermissions}`."""
    values = {SWITCHES[name][0]: SWITCHES[name][1](value) for name, value in body.items()}
    old = services.state.store.get("switches", "all") or {}
    services.state.store.put("switches", "all", {**old, **values})
    Switches(**{**old, **values})
    return dict(await _show_switches(services, rest, body))


async def _show_notifications(services: Services, _: tuple[str, ...], __: JSON) -> JSON:
    """`GET notifications`: the number still being delivered, for which tests wait to become 0."""
    return {"waiting": len(services.state.store.all("delivery"))}


async def _change_subscription(services: Services, rest: tuple[str, ...], body: JSON) -> JSON:
    """`POST subscriptions/{id} {status}`: what the service does by itself, such as `disabledBySystem`."""
    subscription = services.state.store.get("subscription", rest[1].lower())
    if subscription is None:
        raise ControlError(f"there is no subscription {rest[1]}")
    if body.get("status") not in STATUSES:
        raise ControlError(f"status must be one of {', '.join(STATUSES)}")
    changed = with_status(subscription, body["status"])
    return public(services.state.store.put("subscription", rest[1].lower(), changed))


def _identity(services: Services, words: object) -> Identity:
    found = services.state.find_identity(str(words))
    if found is None:
        raise ControlError(f"there is no identity {words}")
    return found
