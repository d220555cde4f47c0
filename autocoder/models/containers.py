"""The plan of a round of a run, and the input files of its container group."""

from typing import Literal

from pydantic import Field

from autocoder.models.base import RunId, Sha, Value
from autocoder.models.requests import Budget, Run
from autocoder.models.work import Base, Repository, WorkItemSummary


class EventRule(Value):
    """Which events of an agent's output it fits: JSON objects, one a line.

    A path is dotted; a number in it is the index of a list, and `*` stands for each item of one list.
    """

    match: dict[str, str] = Field(description="the globs of the values that an event has at these paths")


class SaidRule(EventRule):
    """An event with words of the agent."""

    text: str = Field(description="path of the words")
    joined: bool = Field(False, description="whether a message is spread over several such events")


class ToolRule(EventRule):
    """An event that reports the call of a tool."""

    name: str = Field(description="path of the tool's name")
    input: str = Field("", description="path of its input, whose main argument is shown")
    id: str = Field("", description="path of the call's id")


class ResultRule(EventRule):
    """An event that reports the result of a tool."""

    text: str = Field("", description="path of the result")
    id: str = Field("", description="path of the call's id")
    failed: bool = Field(False, description="whether the tool failed")


class ErrorRule(EventRule):
    """An event that reports an error, which need not be the end."""

    text: str = Field(description="path of the error's words")


class EndRule(EventRule):
    """The event that ends the run."""

    text: str = Field(
        "",
        description="path of the final message, or of why the agent failed; default: the agent's last words",
    )
    failed: bool = Field(False, description="whether the agent failed")


class AgentEvents(Value):
    """The meaning of an agent's output. For each kind of event, the first rule that fits applies.

    An agent without any rule prints plain text, of which the end is the final message.
    """

    said: tuple[SaidRule, ...] = ()
    tool: tuple[ToolRule, ...] = ()
    result: tuple[ResultRule, ...] = ()
    usage: tuple[EventRule, ...] = Field((), description="events after which the log shows the usage so far")
    error: tuple[ErrorRule, ...] = ()
    end: tuple[EndRule, ...] = ()


class Price(Value):
    """US dollars per million tokens of one model; the model is a glob, as in `gpt-*`."""

    model: str
    input: float
    output: float
    cached: float | None = None
    cache_write: float | None = None


class RunAgent(Value):
    """The part of `run.json` that describes the agent."""

    type: str
    model: str
    provider: str = Field(description="the model provider: anthropic, openai, azure or gemini")
    upstream: str = Field(description="the only address that the gateway forwards to")
    events: AgentEvents = AgentEvents()
    exit_is_status: bool = Field(
        False, description="whether the exit code after a failed model call is the HTTP status modulo 256"
    )
    leftovers: tuple[str, ...] = Field((), description="globs of files that agents leave behind")
    prices: tuple[Price, ...] = ()


class CommitText(Value):
    """Message, author and date of the commit that the supervisor makes."""

    message: str
    author_name: str
    author_email: str
    date: str = Field(description="ISO 8601; the run's start, so that a repeat gives the same commit")


class PolicyRules(Value):
    """Which changes may not leave the container group; `autocoder/shared/policy.py` applies the rules."""

    protected: tuple[str, ...]
    allowed: tuple[str, ...] = ()
    max_file_bytes: int = 10_000_000
    max_files: int = 1_000
    max_total_bytes: int = 100_000_000


class RunFile(Value):
    """`run.json`, the input of the containers. It holds no secret, because the agent can read it."""

    run_id: RunId
    base_commit: Sha
    agent: RunAgent
    budget: Budget
    commit: CommitText
    policy: PolicyRules
    setup: tuple[str, ...] = ()
    verify: tuple[str, ...] = ()
    images: tuple[str, ...] = ()


class Plan(Value):
    """Everything that is decided before the container group starts."""

    run: Run
    title: str
    work_item: WorkItemSummary | None = None
    repository: Repository
    branch: str = Field(description="without refs/heads/")
    agent_type: str
    agent_name: str
    model: str
    image: str
    tools_image: str | None = Field(None, description="the agent's own image, where `image` is another")
    budget: Budget
    secret: str = Field("", description="name of the secret that holds the model provider's key")
    inputs: tuple[str, ...] = Field(description="names of the input blobs, under the round's prefix")
    poll_seconds: float = Field(description="POLL_SECONDS when the run was planned")
    provisioning_minutes: float = Field(30, description="PROVISIONING_MINUTES when the run was planned")
    remarks: tuple[str, ...] = Field((), description="about requested files that are missing or cut")
    app_version: str = Field("", description="of the app that made the plan")

    @property
    def base(self) -> Base:
        """Where the work of this run starts."""
        return self.repository.base


class GroupVerdict(Value):
    """What the state of a container group means for its run; `late`: the run's deadline has passed."""

    state: Literal["starting", "working", "ended", "gone", "failed", "late"]
    reason: str = ""
    lacks_room: bool = Field(False, description="whether the region has no quota or capacity for the group")
    final: bool = Field(
        False,
        description="whether no other look can change it: a result, a deadline, or a failure that stays",
    )
