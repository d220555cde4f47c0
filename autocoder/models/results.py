"""The output files of the container group."""

from typing import Literal, get_args

from pydantic import Field

from autocoder.models.base import RunId, Sha, Value
from autocoder.shared.failure_codes import ModelFailureKind
from autocoder.shared.outcomes import SupervisorOutcome

CAUSE = f"how a model call failed that ended the agent's work: {', '.join(get_args(ModelFailureKind))}"


class Usage(Value):
    """Tokens, turns and cost as the gateway counted them; the cost is None when a model had no price."""

    input_tokens: int = Field(0, description="without cached tokens")
    cached_tokens: int = 0
    output_tokens: int = 0
    turns: int = 0
    cost_usd: float | None = None
    models: tuple[str, ...] = ()


class Progress(Value):
    """`progress.json`: the current phase of the container group."""

    phase: Literal["preparing", "running", "verifying", "collecting"]
    updated_at: str
    usage: Usage = Usage()


class Verification(Value):
    """One command of the team, run in a fresh checkout of the commit that will be pushed."""

    command: str
    exit_code: int | None = Field(description="None: it was not run; 124: it timed out")
    seconds: float
    output: str = Field("", description="the end of its output, redacted")


class Withheld(Value):
    """A changed path that is left out of the pull request, and the reason."""

    path: str
    reason: str


class Pack(Value):
    """`changes.pack`: the new commit, its new objects, and the base trees along the changed paths."""

    commit: Sha
    bytes: int
    sha256: str


class Kept(Value):
    """`unpublished.tar`: what the agent changed and the run does not publish."""

    files: int
    bytes: int


class AgentResult(Value):
    """`result.json`, the last file that the supervisor writes."""

    run_id: RunId
    outcome: SupervisorOutcome = Field(
        description="budget_spent, timed_out and agent_failed may have a pack as well"
    )
    reason: str = ""
    cause: str = Field("", description=f"{CAUSE}; empty where it does not explain the outcome")
    base_commit: Sha
    pack: Pack | None = None
    summary: str = Field("", description="the agent's final message, redacted")
    agent_exit_code: int | None = None
    told_to_finish: str = Field(
        "", description="why the agent was told to finish, such as `75 % of 60 minutes`; empty if it was not"
    )
    usage: Usage = Usage()
    verification: tuple[Verification, ...] = ()
    withheld: tuple[Withheld, ...] = ()
    more_withheld: int = Field(0, description="number of withheld paths beyond those in `withheld`")
    kept: Kept | None = Field(None, description="none if everything is published, or it could not be kept")
    build_outputs: dict[str, int] = Field(
        default_factory=dict, description="how many files of build output were left out, by their known name"
    )
    lines: dict[str, tuple[int, int]] = Field(
        default_factory=dict, description="path to lines added and removed, of at most 200 text files"
    )
    seconds: dict[str, float] = Field(default_factory=dict, description="clone, agent, verify, pack")
