"""The settings of the app: the only reader of the environment.

Every setting is an app setting of the function app, declared here with its type, default, example and
meaning; the table in the documentation is generated from here (`make docs`). Secrets are never settings: the
settings hold the *names* of secrets in Key Vault.

https://learn.microsoft.com/azure/azure-functions/functions-how-to-use-azure-function-app-settings
"""

import functools
import os
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from autocoder.setting_values import (
    Guid,
    Guids,
    Names,
    OrganizationUrl,
    Repositories,
    Storage,
    Url,
    explained,
    from_json,
    in_steps,
)


class SettingsError(Exception):
    """Some settings are not valid; the message has one line for each."""


def setting(default: Any, meaning: str, example: str = "", **limits: Any) -> Any:
    """Return a field with its *default* (`...`: required), its meaning, an example and its limits."""
    return Field(default, description=meaning, examples=[example] if example else None, **limits)


class Settings(BaseModel):
    """All settings, validated. A field's setting has the field's name in capitals."""

    model_config = ConfigDict(frozen=True, extra="ignore", alias_generator=str.upper, populate_by_name=True)

    azure_devops_org_url: OrganizationUrl = setting(..., "the organisation", "https://dev.azure.com/contoso")
    azure_devops_auth: Literal["managedIdentity", "pat"] = setting(
        "managedIdentity", "how the app signs in to Azure DevOps"
    )
    azure_devops_pat_secret: str = setting("azure-devops-pat", "secret that holds the PAT (with `pat`)")
    azure_devops_reader_client_id: str | None = setting(
        None, "client id of a second identity, read-only on code, whose token clones the repository"
    )
    clone_token_secret: str | None = setting(None, "secret that holds a Code (read) PAT for cloning")
    azure_client_id: str | None = setting(
        None, "client id of the app's user-assigned identity; empty for the system-assigned one"
    )
    key_vault_url: Url = setting(..., "the vault with the secrets", "https://autocoder.vault.azure.net")
    hook_password_secret: str = setting(
        "hook-password", "secret that holds the Basic password of the service hook subscriptions"
    )
    callback_key_secret: str = setting(
        "callback-key", "secret from which each run's callback token is derived"
    )
    extension_id: Guid | None = setting(
        None,
        "id of the extension whose pages may sign people in; empty: none may",
        "22222222-2222-4222-8222-222222222222",
    )
    extension_key_secret: str = setting(
        "extension-key", "secret that holds the extension's certificate, with which its tokens are signed"
    )
    extension_previous_key_secret: str | None = setting(
        None, "secret with the extension's previous certificate, accepted too while it is replaced"
    )
    extension_tenants: Guids = setting(
        (),
        "ids of the Microsoft Entra tenants whose people may sign in by the extension; needs EXTENSION_ID",
        "33333333-3333-4333-8333-333333333333",
    )
    project_repo_map: Annotated[dict[str, Repositories], BeforeValidator(from_json)] = setting(
        {}, "maps each project to its repository, or to a list from which a request must name one",
        '{"Fabrikam": "web", "Tools": ["cli", "docs"]}',
    )  # fmt: skip
    allowed_organizations: Names = setting(
        (), "organisations that requests may name; empty: only that of AZURE_DEVOPS_ORG_URL", "contoso"
    )
    allowed_requesters_group: str | None = setting(
        None,
        "group whose members may start runs from Azure DevOps; empty: all who may contribute",
        "[Fabrikam]\\Contributors",
    )
    trigger_tags: Names = setting(("autocoder", "ai_item"), "tags that start a run", "autocoder;ai_item")
    dedup_window_seconds: int = setting(
        300, "seconds for which the same content of a work item counts as a duplicate", ge=0, le=86_400
    )
    default_agent: str = setting("claude", "agent of a run when neither request nor repository names one")
    source_branch_prefix: str = setting("autocoder/", "prefix of the names of runs' branches")
    commit_author: str = setting(
        "Autocoder <autocoder@noreply.invalid>", "author of the commits", "Autocoder <bot@contoso.com>"
    )
    commit_skip_ci: bool = setting(
        True, "whether commits say `[skip ci]`, so that pushed branches start no pipelines: [why](#pipelines)"
    )
    pull_request_draft: Literal["auto", "always", "never"] = setting(
        "auto",
        "`auto`: a draft if the target branch has a build policy, a verify command failed, a budget was "
        "spent or the agent failed; `never`: not even then",
    )
    work_item_state_on_pull_request: Literal["Proposed", "InProgress", "Resolved", "Completed"] | None = (
        setting(None, "category of the state to which a pull request moves its work item; empty: unchanged")
    )
    max_concurrent_runs: int = setting(
        10, "maximum number of runs with a container group at the same time", ge=1, le=100
    )
    max_runs_per_project: int | None = setting(
        None, "maximum number of those of one project; empty: as many as for all", ge=1, le=100
    )
    max_runs_per_repository: int | None = setting(
        None, "maximum number of those of one repository; empty: as many as for its project", ge=1, le=100
    )
    max_queued_runs: int = setting(
        200, "waiting runs beyond which requests get 429; service hooks are never refused", ge=0, le=10_000
    )
    max_run_minutes: float = setting(30, "maximum minutes of a run", gt=0, le=1_440)
    max_run_usd: float = setting(5, "maximum cost of a run in US dollars", gt=0)
    max_run_tokens: int = setting(5_000_000, "maximum tokens of a run", gt=0)
    max_run_turns: int = setting(200, "maximum model calls of a run that offer tools", gt=0)
    provisioning_minutes: float = setting(
        30, "maximum minutes that a container group may take to start; large images need more", gt=0, le=240
    )
    capacity_minutes: float = setting(
        10, "minutes that a run waits while the region has no quota or capacity left", gt=0, le=240
    )
    sign_in_minutes: float = setting(5, "minutes that a run waits out a refused sign-in", gt=0, le=240)
    poll_seconds: float = setting(
        30,
        "seconds between looks at containers that stand still; four times that while they work",
        gt=0,
        le=600,
    )
    azure_subscription_id: str = setting(
        ..., "subscription of the container groups", "11111111-1111-4111-8111-111111111111"
    )
    container_resource_group: str = setting(..., "resource group of the container groups", "autocoder-runs")
    container_location: str = setting(..., "region of the container groups", "westeurope")
    container_cpu: Annotated[float, in_steps("0.01")] = setting(
        2, "vCPUs of a container group, in steps of 0.01", ge=1, le=31
    )
    container_memory_gb: Annotated[float, in_steps("0.1")] = setting(
        4,
        "memory of a container group in GB, in steps of 0.1; verify and supervisor take 1 of it",
        ge=2,
        le=240,
    )
    container_subnet_id: str | None = setting(None, "resource id of the subnet for the container groups")
    resource_manager_url: Url = setting(
        "https://management.azure.com", "address of Azure Resource Manager; sovereign clouds have their own"
    )
    image_registry: str = setting(..., "registry of the containers' images", "autocoder.azurecr.io")
    image_tag: str = setting("latest", "tag of the images; a pushed release in production", "1.4.0")
    image_pull_identity: str | None = setting(
        None, "resource id of the identity that pulls the images (AcrPull and nothing else)"
    )
    allowed_image_registries: Names = setting(
        (), "registries of `containerImage`; empty: only IMAGE_REGISTRY", "contoso.azurecr.io"
    )
    model_upstreams: Annotated[dict[str, Url], BeforeValidator(from_json)] = setting(
        {}, "maps a provider to the address of its model API where that is not the vendor's own",
        '{"azure": "https://contoso.openai.azure.com"}',
    )  # fmt: skip
    public_url: Url = setting(
        ..., "address at which containers and people reach this app", "https://autocoder.azurewebsites.net"
    )
    blob_url: Storage = setting(
        ..., "Blob Storage endpoint, or a connection string", "https://autocoder.blob.core.windows.net"
    )
    table_url: Storage = setting(
        ..., "Table Storage endpoint, or a connection string", "https://autocoder.table.core.windows.net"
    )
    janitor_grace_minutes: float = setting(
        10, "minutes before the janitor frees a work item whose run ended or has no row", ge=0, le=1_440
    )
    log_retention_days: int = setting(
        30,
        "days for which logs, other files, history and claims of ended runs are kept; their records stay",
        ge=1,
        le=3_650,
    )

    @model_validator(mode="after")
    def _default_agent_is_a_name(self) -> "Settings":
        if not self.default_agent.isascii() or not self.default_agent.replace("-", "").isalnum():
            raise ValueError("DEFAULT_AGENT must be the name of a folder in containers/")
        return self

    @property
    def organization(self) -> str:
        """The organisation's name: the last part of AZURE_DEVOPS_ORG_URL."""
        return self.azure_devops_org_url.rsplit("/", 1)[-1]

    def organization_url(self, organization: str) -> str:
        """Return the address of *organization* on the same host as AZURE_DEVOPS_ORG_URL."""
        return f"{self.azure_devops_org_url.rsplit('/', 1)[0]}/{organization}"

    def serves(self, organization: str) -> bool:
        """Whether requests may name *organization*, compared without case."""
        allowed = self.allowed_organizations or (self.organization,)
        names = {name.casefold() for name in allowed}
        return organization.isascii() and organization.casefold() in names  # the Kelvin sign folds to k

    def extension_key_secrets(self) -> dict[str, str]:
        """Return the names of the secrets with the extension's keys by setting, the current one first."""
        names = {
            "EXTENSION_KEY_SECRET": self.extension_key_secret,
            "EXTENSION_PREVIOUS_KEY_SECRET": self.extension_previous_key_secret,
        }
        return {setting: name for setting, name in names.items() if name} if self.extension_id else {}

    def repositories(self, project: str) -> tuple[str, ...]:
        """Return the repositories that PROJECT_REPO_MAP lists for *project*, compared without case."""
        for name, repositories in self.project_repo_map.items():
            if name.casefold() == project.casefold():
                return (repositories,) if isinstance(repositories, str) else tuple(repositories)
        return ()


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Return the settings in *environment*. Raises `SettingsError` when any of them is not valid."""
    given = {name: value for name, value in environment.items() if value != ""}
    try:
        return Settings.model_validate(given)
    except ValidationError as error:
        raise SettingsError(explained(error, Settings.model_fields)) from None


def has_identity_endpoint() -> bool:
    """Whether this process can get tokens of a managed identity, as in App Service and Functions.

    https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference
    """
    return any(os.environ.get(name) for name in ("IDENTITY_ENDPOINT", "MSI_ENDPOINT"))


@functools.cache
def settings() -> Settings:
    """Return this process's settings, read once. Raises `SettingsError` when any of them is not valid."""
    return read_settings(os.environ)
