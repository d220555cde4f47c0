"""Every value that travels, in the order in which it travels through a run.

All are frozen and travel as plain JSON: camelCase outside (REST, files in containers, Durable history),
snake_case here. They carry names of secrets, never secrets.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

RUN_ID = r"^[a-z0-9]{20}$"
SHA = r"^[0-9a-f]{40}$"

MODEL = r"^[A-Za-z0-9][A-Za-z0-9._:/@\[\]-]{0,127}$"
ShortText = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]+$")]
Commands = Annotated[tuple[Annotated[str, Field(min_length=1, max_length=2_000)], ...], Field(max_length=20)]
Globs = Annotated[tuple[Annotated[str, Field(min_length=1, max_length=200)], ...], Field(max_length=200)]

TEMPLATE = r"^[a-z0-9][a-z0-9-]{0,40}$"

RunId = Annotated[str, Field(pattern=RUN_ID)]
Sha = Annotated[str, Field(pattern=SHA)]

Phase = Literal["queued", "preparing", "provisioning", "running", "verifying", "publishing", "reporting"]
Outcome = Literal[
    "completed",
    "no_changes",
    "needs_info",
    "refused",
    "branch_moved",
    "budget_spent",
    "timed_out",
    "interrupted",
    "cancelled",
    "failed",
]


class Value(BaseModel):
    """A frozen value whose JSON is camelCase and whose unknown fields are an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel, populate_by_name=True)


# -- what a caller asks for ------------------------------------------------------------------------------


class Budget(Value):
    """How much a run may use; a missing part means the setting's ceiling."""

    minutes: float | None = Field(None, gt=0, description="minutes of the agent's work")
    usd: float | None = Field(None, gt=0, description="US dollars of model calls")
    tokens: int | None = Field(None, gt=0, description="input plus output tokens")
    turns: int | None = Field(None, gt=0, description="model calls that offer tools")


class Requester(Value):
    """Who asked: the identity's id where the caller's dialect has one, and a name to show."""

    id: str | None = None
    name: str = ""
    update: int | None = Field(None, gt=0, description="number of the work item's update that asked")
    source: Literal["rest", "service_hook", "boards", "pipelines"] = "rest"


class RunRequest(Value):
    """A wish for a run, out of whichever dialect it came in; where it happens is settled."""

    work_item_id: int | None = Field(None, gt=0)
    user_prompt: str | None = Field(None, max_length=100_000)
    organization: str
    project: str
    repository: str
    agent_type: str | None = Field(None, description="None: the repository's, or DEFAULT_AGENT")
    model: str | None = None
    container_image: str | None = None
    system_prompt: str | None = Field(None, max_length=100_000)
    create_pull_request: bool = True
    target_branch: str | None = None
    source_branch_prefix: str = "autocoder/"
    additional_context: str | None = Field(None, max_length=100_000)
    template: str | None = Field(None, pattern=TEMPLATE, description="which prompt template")
    draft: bool | None = None
    reviewers: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    budget: Budget = Budget()
    requester: Requester = Requester()


class Run(Value):
    """A run that was accepted, as the orchestration carries it.

    The request's long texts are left out: they lie in blob `request.json`, out of Durable history.
    """

    id: RunId
    request: RunRequest
    title: str = Field(description="the prompt's first line; a work item brings its own")
    queued_at: str = Field(description="ISO 8601, UTC")


class Ended(Value):
    """A run that ends before its pull request: an expected outcome, and why."""

    outcome: Outcome
    reason: str


class Slot(Value):
    """Whether a run may have a container group now."""

    granted: bool
    cancelled: bool = False


# -- what is read from Azure DevOps ----------------------------------------------------------------------


class Image(Value):
    """A picture of the work item, kept as a blob of the run."""

    name: str
    url: str


class WorkItemComment(Value):
    """What somebody said on a work item, as Markdown."""

    author: str
    text: str
    created_at: str


class WorkItem(Value):
    """A work item as the agent needs to know it: Markdown, without what a reader could not have seen."""

    id: int
    rev: int
    type: str
    title: str
    state: str
    project: str
    description: str = ""
    acceptance_criteria: str = ""
    repro_steps: str = ""
    system_info: str = ""
    tags: tuple[str, ...] = ()
    comments: tuple[WorkItemComment, ...] = ()
    related: tuple[str, ...] = Field((), description="one line for each related work item or link")
    images: tuple[Image, ...] = ()
    hidden_parts: int = Field(0, description="how many hidden pieces of text were left out")
    web_url: str = ""


class WorkItemSummary(Value):
    """What later steps need of the work item; the whole of it lies in blob `work_item.json`."""

    id: int
    rev: int
    type: str
    title: str
    web_url: str
    hidden_parts: int = 0


class RepositorySettings(Value):
    """The team's `.azuredevops/autocoder.yml`, from the target branch."""

    setup: Commands = ()
    verify: Commands = ()
    protected: Globs = Field((), description="more paths that may not be changed")
    allowed: Globs = Field((), description="protected paths that may be changed all the same")
    agent: str | None = Field(None, pattern=r"^[a-z][a-z0-9-]{0,30}$")
    model: str | None = Field(None, pattern=MODEL)
    reviewers: tuple[ShortText, ...] = Field((), max_length=20, description="identity ids")
    labels: tuple[ShortText, ...] = Field((), max_length=20)
    draft: Literal["auto", "always", "never"] | None = None
    template: str | None = Field(None, max_length=200, description="path of a pull request template")
    budget: Budget = Field(default_factory=Budget, description="ceiling for every run of this repository")


class Repository(Value):
    """A Git repository, and the commit of its target branch that this run starts from."""

    id: str
    name: str
    project: str
    project_id: str
    clone_url: str
    web_url: str
    target_branch: str = Field(description="without refs/heads/")
    base_commit: Sha
    settings: RepositorySettings = RepositorySettings()
    has_build_policy: bool = False
    lfs: tuple[str, ...] = Field((), description="globs that the root .gitattributes keeps in Git LFS")


class RepositoryTexts(Value):
    """The repository's own words, from the target branch; blob `repository.json`."""

    instructions: str = Field("", description="AGENTS.md and the like")
    templates: dict[str, str] = Field(default_factory=dict, description="the team's own, by name")
    pull_request_template: str = ""


# -- what goes into the container group ------------------------------------------------------------------


class AgentResultFormat(Value):
    """Where the agent's CLI says how it ended: the last JSON line of its log that has these fields."""

    text: str = Field("", description="dotted path of the final message")
    error: str = Field("", description="dotted path of a flag that is true when it failed")
    match: dict[str, str] = Field(default_factory=dict, description="fields the line must have")


class Price(Value):
    """US dollars per million tokens of one model; the model is a glob, as in `claude-sonnet-*`."""

    model: str
    input: float
    output: float
    cached: float | None = None
    cache_write: float | None = None


class RunAgent(Value):
    """The agent as the containers need to know it."""

    type: str
    model: str
    provider: str = Field(description="which dialect its model speaks: anthropic, openai, azure, gemini")
    upstream: str = Field(description="the only address that the gateway forwards to")
    result: AgentResultFormat = AgentResultFormat()
    leftovers: tuple[str, ...] = Field((), description="globs of files it leaves behind")
    prices: tuple[Price, ...] = ()


class CommitText(Value):
    """What the supervisor writes into the commit."""

    message: str
    author_name: str
    author_email: str
    date: str = Field(description="ISO 8601; the run's start, so that a repeat gives the same commit")


class PolicyRules(Value):
    """What may not leave the container group; `autocoder/policy.py` applies it."""

    protected: tuple[str, ...]
    allowed: tuple[str, ...] = ()
    max_file_bytes: int = 10_000_000
    max_files: int = 1_000
    max_total_bytes: int = 100_000_000


class RunFile(Value):
    """`run.json`, the input of the containers. No secret is in it: the agent can read it."""

    run_id: RunId
    clone_url: str
    target_branch: str
    base_commit: Sha
    agent: RunAgent
    budget: Budget
    commit: CommitText
    policy: PolicyRules
    setup: tuple[str, ...] = ()
    verify: tuple[str, ...] = ()
    images: tuple[str, ...] = ()


class Plan(Value):
    """All that is settled before the container group starts."""

    run: Run
    title: str
    work_item: WorkItemSummary | None = None
    repository: Repository
    branch: str = Field(description="without refs/heads/")
    agent_type: str
    agent_name: str
    model: str
    image: str
    budget: Budget
    inputs: tuple[str, ...] = Field(description="names of the input blobs, under the run's prefix")
    poll_seconds: float = Field(description="POLL_SECONDS as it was when the run was planned")
    provisioning_minutes: float = Field(30, description="PROVISIONING_MINUTES as it was then")


class GroupSeen(Value):
    """What one look at the container group showed."""

    state: Literal["starting", "working", "ended", "gone", "failed"]
    reason: str = ""


# -- what comes out of it --------------------------------------------------------------------------------


class Usage(Value):
    """Model calls as the gateway counted them; the cost is None when a model had no price."""

    input_tokens: int = Field(0, description="without the cached ones")
    cached_tokens: int = 0
    output_tokens: int = 0
    turns: int = 0
    cost_usd: float | None = None
    models: tuple[str, ...] = ()


class Progress(Value):
    """`progress.json`: where the container group is."""

    phase: Literal["preparing", "running", "verifying", "collecting", "done"]
    updated_at: str
    usage: Usage = Usage()


class Verification(Value):
    """One command of the team, run in a fresh checkout of the commit that will be pushed."""

    command: str
    exit_code: int
    seconds: float
    output: str = Field("", description="the tail of what it printed, redacted")


class Withheld(Value):
    """A path that the agent changed and that does not go into the pull request, and why."""

    path: str
    reason: str


class Pack(Value):
    """`changes.pack`: the new commit, its new objects, and the base trees along the changed paths."""

    commit: Sha
    bytes: int
    sha256: str


class AgentResult(Value):
    """`result.json`, the last thing that the supervisor writes."""

    run_id: RunId
    outcome: Literal[
        "changed",
        "no_changes",
        "agent_failed",
        "clone_failed",
        "budget_spent",
        "timed_out",
        "interrupted",
        "cancelled",
        "refused",
    ] = Field(description="budget_spent and timed_out may have a pack as well")
    reason: str = ""
    base_commit: Sha
    pack: Pack | None = None
    summary: str = Field("", description="the agent's final message, redacted")
    agent_exit_code: int | None = None
    usage: Usage = Usage()
    verification: tuple[Verification, ...] = ()
    withheld: tuple[Withheld, ...] = ()
    lines: dict[str, tuple[int, int]] = Field(
        default_factory=dict, description="path to lines added and removed, of at most 200 text files"
    )
    seconds: dict[str, float] = Field(default_factory=dict, description="clone, agent, verify, pack")


# -- publishing and reporting ----------------------------------------------------------------------------


class FileChange(Value):
    """One changed path of the pull request and how many lines it gained and lost, where that is known."""

    path: str
    kind: Literal["added", "modified", "deleted", "renamed"]
    added: int | None = None
    removed: int | None = None


class PushedBranch(Value):
    """The branch on the server, and what it changes."""

    branch: str
    commit: Sha
    files: tuple[FileChange, ...]
    more_files: int = Field(0, description="how many more files changed than are listed")


class PullRequest(Value):
    """The pull request on the server."""

    id: int
    url: str = Field(description="the page for people")
    is_draft: bool = False
    linked: bool = Field(True, description="whether the work item's link was read back")


class RunReport(Value):
    """How a run ended: what the work item's comment and the row in table `runs` say."""

    run: Run
    title: str = ""
    branch: str = ""
    outcome: Outcome
    reason: str = ""
    pull_request: PullRequest | None = None
    files: int = 0
    usage: Usage = Usage()
    seconds: dict[str, float] = Field(default_factory=dict)


class RunRecord(Value):
    """A row of table `runs`, as `GET /runs/{id}` answers it."""

    id: RunId
    status: Phase | Outcome
    title: str = ""
    work_item_id: int | None = None
    organization: str
    project: str
    repository: str
    agent_type: str = ""
    model: str = ""
    requested_by: str = ""
    source: str = ""
    reason: str = ""
    branch: str = ""
    pull_request_id: int | None = None
    pull_request_url: str = ""
    work_item_url: str = ""
    usage: Usage = Usage()
    queued_at: str
    started_at: str = ""
    ended_at: str = ""
    phases: dict[str, str] = Field(default_factory=dict, description="when each phase began")
    links: dict[str, str] = Field(default_factory=dict)


JSON = dict[str, Any]
