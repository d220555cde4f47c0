"""The JSON bodies of the app's HTTP responses, except for a run's record.

A field without a default is always sent; one with a default is left out where it has that value.
"""

from typing import Literal

from pydantic import Field, JsonValue

from autocoder.models.base import DeliveryId, RunId, Value
from autocoder.models.reports import RunLinks, RunRecord

SecretState = Literal["present", "missing", "forbidden"]


class AnswerValue(Value, defer_build=True):
    """A part of a response; its validator is built at the first use, to keep the cold start short."""


class FieldProblem(AnswerValue):
    """One mistake in a request: the field, and a message about it."""

    field: str
    message: str


class ErrorDetails(AnswerValue):
    """What a program may need to know about an error; which fields are sent depends on its code."""

    problems: tuple[FieldProblem, ...] = Field((), description="every mistake in the request")
    run_id: RunId | None = Field(None, description="the run that is in progress")
    id: str = Field("", description="search the app's log for it")


class ErrorContent(AnswerValue):
    """A code for programs, a message for people, and details."""

    code: str
    message: str
    details: ErrorDetails


class ErrorAnswer(AnswerValue):
    """Any error."""

    error: ErrorContent


class RunList(AnswerValue):
    """Runs, newest first."""

    count: int = Field(description="of the runs in this part of the list")
    value: tuple[RunRecord, ...]
    continuation_token: str | None = Field(
        None,
        description="query parameter for the next part, which may be empty; the last part has none",
    )


class RunReference(AnswerValue):
    """A run that was accepted, and whose record cannot be read yet."""

    id: RunId
    links: RunLinks


class LogPart(AnswerValue):
    """A part of a run's log."""

    text: str
    next_offset: int = Field(description="byte offset of the next part")
    complete: bool = Field(description="whether the run has ended and its log has no next part")


class AgentEntry(AnswerValue):
    """An agent, and whether a run can use it."""

    agent_type: str
    name: str
    description: str
    default_model: str
    models: tuple[str, ...]
    provider: str
    secret: str = Field(description="name of the secret in Key Vault that holds the provider's key")
    secret_state: SecretState
    available: bool
    reason: str = Field(description="why it is not available; empty when it is")
    is_default: bool


class AgentList(AnswerValue):
    """All agents of the app."""

    count: int
    default: str = Field(description="the `agentType` of DEFAULT_AGENT")
    value: tuple[AgentEntry, ...]


class RepositoryEntry(AnswerValue):
    """A repository that a run of a project may work on."""

    name: str
    is_default: bool = Field(description="whether a request that names none gets this one")


class RepositoryList(AnswerValue):
    """The repositories that PROJECT_REPO_MAP lists for a project."""

    count: int
    value: tuple[RepositoryEntry, ...]
    is_mapped: bool = Field(
        description="false: the map has no entry, and a request may name any repository of the project"
    )


class TemplateList(AnswerValue):
    """The names of the app's prompt templates; a repository may have further ones."""

    count: int
    value: tuple[str, ...]


class HookConsumerInputs(AnswerValue):
    """Where a service hook delivers, without the key and the password."""

    url: str
    basic_auth_username: str
    resource_details_to_send: str
    messages_to_send: str
    detailed_messages_to_send: str


class HookSubscription(AnswerValue):
    """A service hook subscription that the app needs in each project, in the form of Azure DevOps."""

    event_type: str
    resource_version: str
    publisher_id: str
    consumer_id: str
    consumer_action_id: str
    publisher_inputs: dict[str, str] = Field(description="filters; the creator adds projectId")
    consumer_inputs: HookConsumerInputs
    description: str


class HookSubscriptionList(AnswerValue):
    """All service hook subscriptions that the app needs in each project."""

    count: int
    value: tuple[HookSubscription, ...]


class DoctorCheck(AnswerValue):
    """One check of the doctor; the message of a failed one says what to do."""

    name: str
    ok: bool
    message: str


class DoctorReport(AnswerValue):
    """All checks of the doctor; `attention` when one of them failed."""

    status: Literal["ok", "attention"]
    checks: tuple[DoctorCheck, ...]


class HealthAnswer(AnswerValue):
    """The app is up, and its settings are valid."""

    status: Literal["ok"]


class HookAnswer(AnswerValue):
    """Whether a verified delivery was accepted; `GET /api/deliveries/{deliveryId}` says what came of it."""

    status: Literal["accepted", "skipped"]
    delivery_id: DeliveryId | None = Field(None, description="of a delivery that was accepted")
    reason: str = Field("", description="why a delivery was skipped")
    code: str = Field("", description="the reason as a code for programs")


class DeliveryRecord(AnswerValue):
    """A delivery that was accepted, and what came of it; a `failed` one is tried again."""

    id: DeliveryId
    status: Literal["pending", "started", "duplicate", "skipped", "failed"]
    reason: str = ""
    code: str = Field("", description="the reason as a code for programs")
    run_id: RunId | None = Field(None, description="the run that it started, or that was in its way")
    received_at: str = Field(description="ISO 8601, UTC")
    tries: int = Field(description="how often it was tried to take it")
    organization: str
    project: str
    work_item_id: int


class DeliveryList(AnswerValue):
    """Deliveries with one status, oldest first."""

    count: int
    value: tuple[DeliveryRecord, ...]


class CallbackAnswer(AnswerValue):
    """The run's orchestration has been told, or has ended already."""

    status: Literal["accepted"]


class OpenApiDocument(AnswerValue):
    """An OpenAPI document: https://spec.openapis.org/oas/v3.1.0."""

    openapi: str
    info: dict[str, JsonValue]
    servers: tuple[dict[str, JsonValue], ...]
    tags: tuple[dict[str, JsonValue], ...]
    paths: dict[str, JsonValue]
    components: dict[str, JsonValue]
