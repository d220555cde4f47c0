"""Checks the container group of a run, and publishes the progress that it reports."""

import logging
from datetime import UTC, datetime

from activities.activity import activity
from activities.parts.work_item_comment import show_phase
from autocoder import wire
from autocoder.clients.connect import Clients, clients
from autocoder.clock import now
from autocoder.container_groups.state import agent_start_failure, judge_group
from autocoder.errors import AutocoderError
from autocoder.ids import group_name
from autocoder.models import GroupVerdict, Phase, Plan, Progress, Value
from autocoder.runs.rows import phase_columns, usage_column

SHOWN_PHASES: dict[str, Phase] = {"running": "running", "verifying": "verifying", "collecting": "verifying"}
WORKING: tuple[Phase, ...] = ("provisioning", "running", "verifying")
log = logging.getLogger("autocoder.activities")


class GroupInput(Value):
    """The plan of the run whose container group is checked."""

    plan: Plan


@activity
def get_container_group(given: GroupInput) -> GroupVerdict:
    """Return the group's state; write its progress to the run's row and the work item's comment."""
    connected, plan = clients(), given.plan
    group = connected.containers.get_group(group_name(plan.run.id))
    progress = None if group is None else _progress(connected, plan.run.id)
    seen = judge_group(group, progress, datetime.now(UTC))
    if seen.state == "starting":
        return seen
    if connected.blobs.exists(plan.run.id, "result.json"):  # the supervisor writes it last
        return GroupVerdict(state="ended", final=True)
    if group is None or seen.state != "working":
        return seen
    reason = agent_start_failure(group, progress, datetime.now(UTC))
    if reason:
        return GroupVerdict(state="failed", reason=reason, final=True)
    try:
        _publish_progress(connected, plan, progress)
    except AutocoderError as error:  # a failed comment must not end the polling
        log.warning("run %s: the progress could not be written to the comment: %s", plan.run.id, error)
    return seen


def _progress(connected: Clients, run_id: str) -> Progress | None:
    content = connected.blobs.get(run_id, "progress.json")
    return None if content is None else wire.load(Progress, content.decode())


def _publish_progress(connected: Clients, plan: Plan, progress: Progress | None) -> None:
    phase = SHOWN_PHASES.get(progress.phase) if progress else None
    if progress is None or phase is None:
        return
    row = connected.records.get(plan.run.id) or {}
    columns = usage_column(progress.usage)
    if row.get("status") == phase:
        connected.records.merge(plan.run.id, columns)
        return
    columns |= phase_columns(phase, now())
    earlier = WORKING[: WORKING.index(phase)]
    show_phase(connected, plan.run, phase, connected.records.advance(plan.run.id, earlier, columns))
