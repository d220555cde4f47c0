"""Reads the result file that the supervisor wrote."""

import logging
from datetime import UTC, datetime

from pydantic import ValidationError

from activities.activity import activity
from activities.parts.parallel import in_parallel
from autocoder import wire
from autocoder.clients.connect import clients
from autocoder.clock import now
from autocoder.container_groups.state import judge_group
from autocoder.ids import group_name
from autocoder.models import AgentResult, Ended, GroupVerdict, Plan, Value
from autocoder.runs.rows import usage_column, worked_columns

MAX_RESULT_BYTES = 1_000_000
log = logging.getLogger("autocoder.activities")


class ResultInput(Value):
    """The plan of a run, and what the polling saw last of its container group; None after the callback."""

    plan: Plan
    seen: GroupVerdict | None = None


@activity
def read_agent_result(given: ResultInput) -> AgentResult | Ended:
    """Return the result of the run's containers, or how the run ends without a valid one."""
    connected, plan = clients(), given.plan
    content, row = in_parallel(
        lambda: connected.blobs.get(plan.run.id, "result.json", MAX_RESULT_BYTES),
        lambda: connected.records.get(plan.run.id) or {},
    )
    if content is None:
        return _without_result(given.seen or _seen_now(plan))
    try:
        result = wire.load(AgentResult, content.decode())
    except (ValidationError, ValueError) as error:
        log.error("run %s: result.json is not valid: %s", plan.run.id, type(error).__name__)
        reason = "The containers wrote a result file that is not valid; look at the supervisor's log."
        return Ended(outcome="failed", reason=reason)
    foreign = result.pack is not None and result.base_commit != plan.base.commit
    if result.run_id != plan.run.id or foreign:
        reason = "The result file that the containers wrote belongs to another run or another commit."
        return Ended(outcome="refused", reason=reason)
    columns = {**worked_columns(row, result.seconds, now()), **usage_column(result.usage)}
    connected.records.merge(plan.run.id, columns)
    connected.known_secrets()  # reads all secrets, so that all are redacted
    return wire.redacted(result, connected.redact)


def _seen_now(plan: Plan) -> GroupVerdict:
    """Return what the group's state means after its supervisor said that it had ended."""
    group = clients().containers.get_group(group_name(plan.run.id))
    return judge_group(group, None, datetime.now(UTC))


def _without_result(seen: GroupVerdict) -> Ended:
    """Return how the run ends without a result, by what was seen of its container group."""
    if seen.state == "gone":
        reason = "The container group was deleted before it wrote a result."
        return Ended(outcome="interrupted", reason=reason)
    if seen.state == "late":
        reason = "The deadline passed before the containers wrote a result."
        return Ended(outcome="timed_out", reason=reason)
    if seen.state in ("starting", "working"):
        return Ended(outcome="failed", reason="The containers reported their end, but wrote no result.")
    reason = seen.reason or "The container group ended without a result, and Azure gives no reason."
    return Ended(outcome="failed", reason=reason)
