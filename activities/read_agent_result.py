"""Reads the result file that the supervisor wrote."""

import logging

from pydantic import ValidationError

from activities.activity import activity
from activities.parts.parallel import in_parallel
from autocoder import wire
from autocoder.clients.connect import Clients, clients
from autocoder.clock import now
from autocoder.container_groups.state import judge_group
from autocoder.ids import group_name
from autocoder.models import AgentResult, Ended, Plan
from autocoder.runs.rows import usage_column, worked_columns

MAX_RESULT_BYTES = 1_000_000
log = logging.getLogger("autocoder.activities")


@activity
def read_agent_result(plan: Plan) -> AgentResult | Ended:
    """Return the result of the run's containers, or how the run ends without a valid one."""
    connected = clients()
    content, row = in_parallel(
        lambda: connected.blobs.get(plan.run.id, "result.json", MAX_RESULT_BYTES),
        lambda: connected.records.get(plan.run.id) or {},
    )
    if content is None:
        return _without_result(connected, plan)
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


def _without_result(connected: Clients, plan: Plan) -> Ended:
    """Return how the run ends without a result, according to the state of the container group."""
    seen = judge_group(connected.containers.get_group(group_name(plan.run.id)))
    if seen.state == "gone":
        reason = "The container group was deleted before it wrote a result."
        return Ended(outcome="interrupted", reason=reason)
    if seen.state in ("starting", "working"):
        reason = "The deadline passed before the containers wrote a result."
        return Ended(outcome="timed_out", reason=reason)
    reason = seen.reason or "The container group ended without a result."
    return Ended(outcome="failed", reason=reason)
