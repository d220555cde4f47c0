"""The result of a run that was paid for and could not be published: its retry publishes it."""

from collections.abc import Mapping
from typing import Any

from activities.parts.run_files import read_plan
from autocoder import wire
from autocoder.clients.connect import Clients
from autocoder.models import AgentResult, Run
from autocoder.runs.files import PACK, PLAN, RESULT
from autocoder.shared.outcomes import BY_SUPERVISOR


def keeps_result(connected: Clients, run_id: str, row: Mapping[str, Any]) -> bool:
    """Whether the ended run in *row* failed with a change that nobody has seen yet."""
    if row.get("status") != "failed" or row.get("pull_request_id") is not None:
        return False
    files = connected.blobs.files(run_id)
    if not {PLAN, RESULT, PACK} <= files.keys():
        return False
    try:
        result = _result(connected, run_id)
    except ValueError:  # pydantic's errors are of this kind
        return False
    return result.pack is not None and BY_SUPERVISOR[result.outcome].carries_change


def take_result(connected: Clients, run: Run) -> bool:
    """Give *run* the result of the run that it continues; return whether that was still there.

    The plan is written last: a result without a plan is not published, and begins here again.
    """
    blobs, source = connected.blobs, run.request.continues
    if source is None or not {PLAN, RESULT, PACK} <= blobs.files(source).keys():
        return False
    plan = read_plan(connected, source).model_copy(update={"run": run})
    blobs.copy(source, PACK, run.id)
    result = _result(connected, source).model_copy(update={"run_id": run.id})
    blobs.put(run.id, RESULT, wire.to_bytes(result))
    blobs.put(run.id, PLAN, wire.to_bytes(plan))
    columns = {"agent_type": plan.agent_type, "model": plan.model, "branch": plan.branch, "title": plan.title}
    connected.records.merge(run.id, columns)
    return True


def _result(connected: Clients, run_id: str) -> AgentResult:
    return wire.load(AgentResult, connected.blobs.get(run_id, RESULT) or b"")
