"""Values of publishing and reporting: branch, pull request, report, and the record that REST returns."""

from typing import Any, Literal

from pydantic import Field

from autocoder.models.base import Phase, RunId, Sha, Status, Value
from autocoder.models.containers import Plan
from autocoder.models.requests import Run
from autocoder.models.results import CAUSE, AgentResult, Usage
from autocoder.shared.outcomes import Outcome


class FileChange(Value):
    """One changed path of the pull request, with the numbers of added and removed lines if known."""

    path: str
    kind: Literal["added", "modified", "deleted", "renamed"]
    added: int | None = None
    removed: int | None = None


class PushedBranch(Value):
    """The branch on the server and the files that it changes."""

    branch: str
    commit: Sha
    files: tuple[FileChange, ...]
    more_files: int = Field(0, description="number of changed files beyond those in `files`")


class PullRequest(Value):
    """The pull request on the server."""

    id: int
    url: str = Field(description="the page for people")
    is_draft: bool = False
    linked: bool = Field(True, description="whether the work item's link was read back")
    warnings: tuple[str, ...] = Field((), description="what could not be added, and why")
    pending: dict[str, str] = Field(
        default_factory=dict, description="parts to add later, and why each could not be added so far"
    )


class PullRequestInput(Value):
    """Input of `create_pull_request`: a plan, its result, and the pushed branch."""

    plan: Plan
    result: AgentResult
    pushed: PushedBranch


class Published(Value):
    """The branch on the server, and its pull request; with neither that nor a refusal, it is opened later."""

    pushed: PushedBranch
    pull_request: PullRequest | None = None
    refusal: str = Field("", description="why the pull request can never be opened")
    row: dict[str, Any] | None = Field(None, description="the run's row as it was last written")


class OpenedPullRequest(Value):
    """Input of `add_to_pull_request`: that of `create_pull_request`, and the pull request on the server."""

    given: PullRequestInput
    pull_request: PullRequest


class RunReport(Value):
    """How a run ended; the work item's comment and the row in table `runs` are written from it."""

    run: Run
    title: str = ""
    branch: str = ""
    outcome: Outcome
    reason: str = ""
    cause: str = Field(
        "", description="kind of the model's failure behind the outcome; empty if there is none"
    )
    pull_request: PullRequest | None = None
    unseen: tuple[str, ...] = Field((), description="parts of its task that the agent did not see")
    remark: str = Field("", description="why the run completed no draft that it should have completed")
    files: int = Field(0, description="number of changed files; 0 if unknown")
    failed_checks: int = 0
    usage: Usage = Usage()
    seconds: dict[str, float] = Field(default_factory=dict)
    told_to_finish: str = Field("", description="why the agent was told to finish; empty if it was not")
    early_end: str = Field("", description="why what was published is incomplete; empty when it is not")
    untold: str = Field("", description="why the work item could not be told yet; empty when it was")


class Concluded(Value):
    """How far the end of a run came at once."""

    report: RunReport | None = Field(None, description="as the work item was told; None while it was not")
    is_deleted: bool = Field(False, description="whether its container group is deleted")
    is_finished: bool = Field(False, description="whether the run is over, and nothing is left to do")


class RunLinks(Value):
    """The URLs of a run and its actions."""

    self_: str = Field(alias="self")
    log: str
    cancel: str
    retry: str


class RunRecord(Value):
    """A row of table `runs`, as the routes of runs return it."""

    id: RunId
    status: Status
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
    cause: str = Field("", description=f"{CAUSE}; left out if that is not why")
    branch: str = ""
    pull_request_id: int | None = None
    pull_request_url: str = ""
    work_item_url: str = ""
    usage: Usage = Usage()
    queued_at: str
    started_at: str = ""
    ended_at: str = ""
    phases: dict[Phase, str] = Field(default_factory=dict, description="when each phase began")
    links: RunLinks | None = None
