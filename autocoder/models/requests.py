"""A request for a run, and the run that was accepted."""

from typing import Literal

from pydantic import Field

from autocoder.models.base import TEMPLATE, RunId, Value
from autocoder.rounds import FIRST, Round
from autocoder.shared.outcomes import Outcome

MAX_REASON_LENGTH = 2_000  # characters of why a run ended


class Budget(Value):
    """How much a run may use; a missing part means the setting's ceiling."""

    minutes: float | None = Field(None, gt=0, description="minutes of the agent's work")
    usd: float | None = Field(None, gt=0, description="US dollars of model calls")
    tokens: int | None = Field(None, gt=0, description="input plus output tokens")
    turns: int | None = Field(None, gt=0, description="model calls that offer tools")


class Requester(Value):
    """The person or caller who requested the run, with the id of their identity if the source has one."""

    id: str | None = None
    name: str = ""
    update: int | None = Field(
        None, gt=0, description="number of the work item's update that requested the run"
    )
    source: Literal["rest", "service_hook", "boards", "pipelines"] = "rest"


class RunRequest(Value):
    """A request for a run in an organisation, project and repository, whatever source it came from."""

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
    base_branch: str | None = Field(
        None, title="Source branch", description="where the work starts; None: the target branch"
    )
    source_branch_prefix: str = "autocoder/"
    additional_context: str | None = Field(None, max_length=100_000)
    template: str | None = Field(None, pattern=TEMPLATE, description="which prompt template")
    draft: bool | None = None
    reviewers: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    budget: Budget = Budget()
    requester: Requester = Requester()
    continues: RunId | None = Field(None, description="the failed run whose result this one publishes")
    resumes: RunId | None = Field(None, description="the run whose draft this one completes")


class Run(Value):
    """An accepted run, the input of its orchestration.

    The request's long texts are left out to keep them out of Durable history; blob `request.json` has them.
    """

    id: RunId
    request: RunRequest
    title: str = Field(description="first line of the prompt; the title of a work item replaces it")
    queued_at: str = Field(description="ISO 8601, UTC")
    round: int = Field(FIRST, ge=FIRST, description="number of the round that it is in, as its row says")

    @property
    def current_round(self) -> Round:
        """The round that it is in, with its files and its container group."""
        return Round(self.id, self.round)


class Ended(Value):
    """How a run ends: an expected outcome, its reason, and the kind of the model's failure behind it."""

    outcome: Outcome
    reason: str
    cause: str = ""
