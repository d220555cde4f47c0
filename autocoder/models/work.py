"""The work item and the repository, as read from Azure DevOps."""

from typing import Any, Literal

from pydantic import Field, model_validator

from autocoder.models.base import MODEL, Commands, Globs, RunId, Sha, ShortText, Value
from autocoder.models.requests import Budget


class Image(Value):
    """An image in the work item, stored as a blob of the run."""

    name: str
    url: str


class WorkItemComment(Value):
    """A comment on a work item, as Markdown."""

    author: str
    text: str
    created_at: str
    hidden_parts: int = Field(0, description="number of hidden parts of the text that were left out")


class WorkItem(Value):
    """A work item as the agent gets it: Markdown, without text that is hidden from a reader."""

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
    images_left_out: int = Field(
        0, description="number of images that were too many, too large or unreadable"
    )
    hidden_parts: int = Field(
        0, description="number of hidden parts of the text that were left out, comments included"
    )
    web_url: str = ""


class WorkItemSummary(Value):
    """The parts of a work item that later steps need; the agent's prompt has the rest."""

    id: int
    rev: int
    type: str
    title: str
    web_url: str
    hidden_parts: int = 0
    images_left_out: int = 0


class RepositorySettings(Value):
    """The team's `.azuredevops/autocoder.yml`, from the target branch."""

    setup: Commands = ()
    verify: Commands = ()
    protected: Globs = Field((), description="more paths that may not be changed")
    allowed: Globs = Field((), description="protected paths that may be changed anyway")
    agent: str | None = Field(None, pattern=r"^[a-z][a-z0-9-]{0,30}$")
    model: str | None = Field(None, pattern=MODEL)
    reviewers: tuple[ShortText, ...] = Field((), max_length=20, description="identity ids")
    labels: tuple[ShortText, ...] = Field((), max_length=20)
    draft: Literal["auto", "always", "never"] | None = None
    template: str | None = Field(None, max_length=200, description="path of a pull request template")
    budget: Budget = Field(default_factory=Budget, description="ceiling for every run of this repository")


class Base(Value):
    """Where the work of a run starts: the run's change is the difference to this commit."""

    branch: str = Field(description="without refs/heads/; often the target branch")
    commit: Sha
    resumes: RunId | None = Field(None, description="the run that made the branch, and ended early")
    pull_request: int | None = Field(None, description="the draft of that run, which this one completes")
    remark: str = Field("", description="why the work does not start from the draft that it should complete")


class Repository(Value):
    """A Git repository, the branch that the pull request goes into, and where the work starts.

    Settings, Git LFS attributes and texts are those of the target branch at `target_commit`.
    """

    id: str
    name: str
    project: str
    project_id: str
    clone_url: str
    web_url: str
    target_branch: str = Field(description="without refs/heads/")
    target_commit: Sha
    base: Base
    settings: RepositorySettings = RepositorySettings()
    has_build_policy: bool = False
    lfs: tuple[str, ...] = Field((), description="globs that the root .gitattributes assigns to Git LFS")
    has_texts: bool = Field(False, description="whether there is a blob `repository.json`")

    @model_validator(mode="before")
    @classmethod
    def _with_base(cls, data: Any) -> Any:
        """Accept what an earlier version of the app stored: one commit, of the target branch, is both."""
        if not isinstance(data, dict) or "base" in data:
            return data
        rest = {name: value for name, value in data.items() if name not in ("baseCommit", "base_commit")}
        commit = data.get("baseCommit", data.get("base_commit"))
        branch = data.get("targetBranch", data.get("target_branch"))
        return {"targetCommit": commit, **rest, "base": {"branch": branch, "commit": commit}}


class RepositoryTexts(Value):
    """Texts of the repository's target branch, stored in blob `repository.json` unless all are empty."""

    instructions: str = Field("", description="AGENTS.md and the like")
    templates: dict[str, str] = Field(default_factory=dict, description="the team's own, by name")
    pull_request_template: str = ""
