"""The plan of a run, and the input files of its container group."""

from typing import Literal

from pydantic import Field

from autocoder.models.base import RunId, Sha, Value
from autocoder.models.requests import Budget, Run
from autocoder.models.work import Base, Repository, WorkItemSummary


class AgentResultFormat(Value):
    """Where to find the agent's result: in the last JSON line of its log that has these fields."""

    text: str = Field("", description="dotted path of the final message")
    error: str = Field("", description="dotted path of a flag that is true when it failed")
    match: dict[str, str] = Field(default_factory=dict, description="fields the line must have")
    joined: bool = Field(False, description="whether the text is spread over several such lines")


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
    result: AgentResultFormat = AgentResultFormat()
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
    inputs: tuple[str, ...] = Field(description="names of the input blobs, under the run's prefix")
    poll_seconds: float = Field(description="POLL_SECONDS when the run was planned")
    provisioning_minutes: float = Field(30, description="PROVISIONING_MINUTES when the run was planned")
    remarks: tuple[str, ...] = Field((), description="about requested files that are missing or cut")

    @property
    def base(self) -> Base:
        """Where the work of this run starts."""
        return self.repository.base


class GroupVerdict(Value):
    """What the state of a container group means for its run."""

    state: Literal["starting", "working", "ended", "gone", "failed"]
    reason: str = ""
