"""What a delivery of a service hook asks for, between its answer and the run that it starts."""

from collections.abc import Collection
from typing import Literal, cast

from pydantic import ConfigDict, Field

from autocoder.models import Requester, RunId, RunRequest, Value
from autocoder.requests.run_request import read_request
from autocoder.requests.service_hook import RunTrigger, Skip
from autocoder.settings import Settings

_FIELDS = {"agent": "agentType", "repo": "repository", "model": "model", "template": "template"}
RefusalCode = Literal["invalid_request", "not_allowed"]


class Delivery(Value):
    """A delivery that was accepted, as the orchestration that takes it gets it.

    One that another version of the app recorded may have further fields.
    """

    model_config = ConfigDict(extra="ignore")

    trigger: RunTrigger
    run_id: RunId = Field(description="of the run that it starts, if it starts one")
    received_at: str = Field(description="ISO 8601, UTC")
    tries: int = Field(1, description="how many orchestrations have tried to take it")

    @property
    def id(self) -> str:
        """Its id: a hash of what Azure DevOps names it by."""
        return self.trigger.delivery


class DeliveryOutcome(Value):
    """What came of a delivery that was taken."""

    model_config = ConfigDict(extra="ignore")

    status: Literal["started", "duplicate", "skipped"]
    reason: str = ""
    code: str = ""
    run_id: RunId | None = None


def asked_for(
    trigger: RunTrigger, settings: Settings, agents: Collection[str], own_id: str | None
) -> RunRequest | Skip:
    """Return the run request of a delivery, with the options in tags such as `autocoder:agent=<folder>`.

    *own_id* is the id of the app's own identity, or None when that is not known now: the run checks it later.
    """
    if trigger.requester_id is not None and trigger.requester_id == own_id:
        return Skip(code="own_change", reason="Autocoder does not react to its own changes")
    wanted = {_FIELDS[name]: value for name, value in trigger.options.items()}
    body = {
        "workItemId": trigger.work_item_id,
        "organization": trigger.organization,
        "project": trigger.project,
        **wanted,
    }
    requester = Requester(
        id=trigger.requester_id,
        name=trigger.requester_name,
        update=trigger.update,
        source="service_hook",
    )
    request = read_request(body, settings, agents, requester)
    if isinstance(request, RunRequest):
        return request
    return Skip(code=cast(RefusalCode, request.code), reason=request.message)
