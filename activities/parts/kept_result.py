"""The result of a run that was paid for and could not be published: its retry publishes it."""

from collections.abc import Mapping
from typing import Any

from activities.parts.run_files import read_plan
from autocoder import wire
from autocoder.clients.connect import Clients
from autocoder.models import AgentResult, Run
from autocoder.rounds import FIRST, Round, files_in
from autocoder.runs.files import PACK, PLAN, RESULT, UNPUBLISHED
from autocoder.runs.rows import round_of
from autocoder.shared.outcomes import BY_SUPERVISOR


def keeps_result(connected: Clients, run_id: str, row: Mapping[str, Any]) -> bool:
    """Whether the ended run in *row* failed with a change that nobody has seen yet."""
    if row.get("status") != "failed" or row.get("pull_request_id") is not None:
        return False
    last = round_of(run_id, row)
    if not _has_all(connected, last):
        return False
    try:
        result = _result(connected, last)
    except ValueError:  # pydantic's errors are of this kind
        return False
    return result.pack is not None and BY_SUPERVISOR[result.outcome].carries_change


def take_result(connected: Clients, run: Run) -> bool:
    """Give *run* the result of the last round of the run that it continues; return whether it was there.

    Only the first round takes it; a later one is made to work anew. The plan is written last: a result
    without a plan is not published, and begins here again.
    """
    blobs, continued, current = connected.blobs, run.request.continues, run.current_round
    if continued is None or run.round != FIRST:
        return False
    last = round_of(continued, connected.records.get(continued) or {})
    if not _has_all(connected, last):
        return False
    plan = read_plan(connected, last).model_copy(update={"run": run})
    blobs.copy(last, PACK, current)
    result = _result(connected, last).model_copy(update={"run_id": run.id})
    if result.kept is not None and blobs.exists(last, UNPUBLISHED):
        blobs.copy(last, UNPUBLISHED, current)
    blobs.put(current, RESULT, wire.to_bytes(result))
    blobs.put(current, PLAN, wire.to_bytes(plan))
    columns = {"agent_type": plan.agent_type, "model": plan.model, "branch": plan.branch, "title": plan.title}
    connected.records.merge(run.id, columns)
    return True


def _has_all(connected: Clients, last: Round) -> bool:
    """Whether the files with which a result is published are still there."""
    return {PLAN, RESULT, PACK} <= files_in(connected.blobs.files(last.run_id), last).keys()


def _result(connected: Clients, last: Round) -> AgentResult:
    return wire.load(AgentResult, connected.blobs.get(last, RESULT) or b"")
