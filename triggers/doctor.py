"""`GET /api/doctor`: tries everything that the app needs, and says how to correct each failure."""

import asyncio
from collections.abc import Callable

import azure.durable_functions as df
import azure.functions as func

from autocoder.agents import agents
from autocoder.clients.connect import AzureDevOps, Clients, clients
from autocoder.errors import AutocoderError, Forbidden, SignInRequired
from autocoder.models import DoctorCheck, DoctorReport
from autocoder.requests.requesters import Identity, missing_rights
from autocoder.rounds import WholeRun
from autocoder.runs.claims import ACTIVE
from autocoder.runs.files import REQUEST
from autocoder.settings import Settings, SettingsError, settings
from triggers.agents import secret_state, unavailable_reason
from triggers.answers import answer, guarded
from triggers.boards.sign_in import extension
from triggers.operations import Operation, operation

blueprint = df.Blueprint()
Probe = Callable[[Clients, Settings], str]
LOW_QUOTA = 0.9
SEE = "docs/permissions.md lists the rights and the PAT scopes that the app needs."


class Finding(Exception):  # noqa: N818  (a result, not a bug)
    """A failed check; the message says what to do."""


@operation(Operation(tag="app", answers={200: (DoctorReport,), 503: (DoctorReport,)}))
@blueprint.route(route="doctor", methods=["GET"], auth_level=func.AuthLevel.FUNCTION)
@guarded
async def examine(req: func.HttpRequest) -> func.HttpResponse:  # noqa: ARG001  (the binding's name)
    """Check identity, permissions, Key Vault, storage and quota; 200 when all checks pass, else 503."""
    connected, given = clients(), settings()
    results = await asyncio.gather(*(_tried(name, probe, connected, given) for name, probe in PROBES.items()))
    healthy = all(result.ok for result in results)
    report = DoctorReport(status="ok" if healthy else "attention", checks=tuple(results))
    return answer(200 if healthy else 503, report)


async def _tried(name: str, probe: Probe, connected: Clients, given: Settings) -> DoctorCheck:
    """Return the result of *probe*; an error of the domain is a failed check."""
    try:
        return DoctorCheck(name=name, ok=True, message=await asyncio.to_thread(probe, connected, given))
    except (Finding, AutocoderError) as found:
        return DoctorCheck(name=name, ok=False, message=connected.redact(str(found)))


def _azure_devops(connected: Clients, given: Settings) -> str:
    own = connected.azure_devops(given.organization).own_id()
    return f"signed in to {given.organization} as identity {own} ({given.azure_devops_auth})"


def _repositories(connected: Clients, given: Settings) -> str:
    git = connected.azure_devops(given.organization).git
    names = [(project, name) for project in given.project_repo_map for name in given.repositories(project)]
    for project, name in names:
        git.get_repository(project, name)
    return f"the app can read {len(names)} mapped repositories"


def _requesters(connected: Clients, given: Settings) -> str:
    """Read the app's own permissions, in the same way as those of a person who sets a tag."""
    azure_devops, group = connected.azure_devops(given.organization), given.allowed_requesters_group
    try:
        own = azure_devops.permissions.identity(azure_devops.own_id())
        if own is None:
            raise Finding(f"The app may not read identities, so tags cannot start runs. {SEE}")
        return _group(azure_devops, group) if group else _contributors(azure_devops, given, own)
    except (Forbidden, SignInRequired) as error:
        raise Finding(f"Tags cannot start runs: {error.message.rstrip('.')}. {SEE}") from None


def _group(azure_devops: AzureDevOps, name: str) -> str:
    if azure_devops.permissions.group(name) is None:
        raise Finding(
            f"ALLOWED_REQUESTERS_GROUP: group {name} does not exist, or the app may not see it. "
            "Check its name, and the app's permissions."
        )
    return f"the app can read the members of {name}"


def _contributors(azure_devops: AzureDevOps, given: Settings, own: Identity) -> str:
    names = [(project, name) for project in given.project_repo_map for name in given.repositories(project)]
    for project, name in names:
        repository = azure_devops.git.get_repository(project, name)
        entries = azure_devops.permissions.git_entries(repository.project_id, repository.id, own)
        missing = ", ".join(missing_rights(entries))
        if missing:
            raise Finding(f"The app lacks these permissions in {project}/{name}: {missing}. {SEE}")
    return f"the app has what it needs in {len(names)} mapped repositories, and can read others' permissions"


def _clone_token(connected: Clients, given: Settings) -> str:
    connected.clone_authorization()
    if given.clone_token_secret or given.azure_devops_reader_client_id:
        return "clones use a separate token"
    raise Finding(
        "Clones use the app's own token, which can write. Set AZURE_DEVOPS_READER_CLIENT_ID or "
        "CLONE_TOKEN_SECRET; SECURITY.md explains why."
    )


def _secrets(connected: Clients, given: Settings) -> str:
    absent = [
        f"{name} ({connected.vault.look_up(name).state})"
        for name in (given.hook_password_secret, given.callback_key_secret)
        if connected.vault.look_up(name).value is None
    ]
    if absent:
        raise Finding(
            f"The app cannot read these secrets from Key Vault: {', '.join(absent)}. "
            "Add them, and let the app's identity read them."
        )
    return "the hook password and the callback key are present"


def _agents(connected: Clients, given: Settings) -> str:  # noqa: ARG001  (a probe's form)
    wrong = {agent.type: unavailable_reason(agent, secret_state(agent)) for agent in agents().values()}
    unknown = f"it is unknown. DEFAULT_AGENT must be one of {', '.join(wrong)}."
    reason = wrong.get(given.default_agent, unknown)
    if reason:
        raise Finding(f"The default agent {given.default_agent} is not available: {reason}")
    names = {state: [name for name in wrong if bool(wrong[name]) is state] for state in (False, True)}
    rest = (
        f"; unavailable: {', '.join(names[True])} (GET /api/agents gives the reason)" if names[True] else ""
    )
    return f"available agents: {', '.join(names[False])}{rest}"


def _storage(connected: Clients, given: Settings) -> str:
    connected.blobs.exists(WholeRun("0" * 20), REQUEST)
    waiting = len(connected.records.held(ACTIVE))
    return f"{waiting} runs are active or waiting; {given.max_concurrent_runs} may work at once"


def _container_groups(connected: Clients, given: Settings) -> str:
    groups = len(connected.containers.list_groups())
    low = [
        f"{quota.name}: {quota.used} of {quota.limit}"
        for quota in connected.containers.usages(given.container_location)
        if quota.limit and quota.used >= LOW_QUOTA * quota.limit
    ]
    if low:
        raise Finding(
            f"The region's quota is almost used up ({'; '.join(low)}). "
            "Request more from Azure, or choose another region (CONTAINER_LOCATION)."
        )
    return f"{groups} container groups in {given.container_resource_group}"


def _extension(connected: Clients, given: Settings) -> str:  # noqa: ARG001  (a probe's form)
    if not given.extension_id and not given.extension_tenants:
        return "not configured (EXTENSION_ID), so the pages of the Azure Boards extension cannot be used"
    try:
        accepted = extension()
    except SettingsError as problem:
        raise Finding(str(problem)) from None
    return f"tenants whose people can sign in with the extension {accepted.id}: {len(accepted.tenants)}"


PROBES: dict[str, Probe] = {
    "azure-devops": _azure_devops,
    "repositories": _repositories,
    "requesters": _requesters,
    "clone-token": _clone_token,
    "secrets": _secrets,
    "agents": _agents,
    "extension": _extension,
    "storage": _storage,
    "container-groups": _container_groups,
}
