"""A look at the container group of a run: what it means, and what it tells people of the progress."""

import datetime as dt
import logging
from collections.abc import Mapping
from typing import Any

from activities.parts.work_item_comment import show_phase
from autocoder import wire
from autocoder.clients.connect import Clients
from autocoder.clients.service_codes import is_lack_of_room
from autocoder.clock import now
from autocoder.container_groups.state import GroupState, agent_start_failure, judge_group
from autocoder.errors import AutocoderError, MayPass, SignInRequired, Transient
from autocoder.ids import group_name
from autocoder.models import GroupVerdict, Phase, Plan, Progress
from autocoder.parallel import in_parallel
from autocoder.rounds import Round
from autocoder.runs.files import ATTEMPT, LOG, PROGRESS
from autocoder.runs.next_step import deadline_verdict
from autocoder.runs.rows import phase_columns, usage_column

SHOWN_PHASES: dict[str, Phase] = {"running": "running", "verifying": "verifying", "collecting": "verifying"}
WORKING: tuple[Phase, ...] = ("provisioning", "running", "verifying")
log = logging.getLogger("autocoder.activities")


def look_at_group(
    connected: Clients, plan: Plan, row: dict[str, Any], files: Mapping[str, dt.datetime]
) -> GroupVerdict:
    """Return what the group means for its run, and tell the progress of one that works.

    *files* are the blobs of the run and its round, with the times of their last changes. Raises `Transient`
    and `SignInRequired` until the run is late.
    """
    try:
        group, progress = in_parallel(
            lambda: connected.containers.get_group(group_name(plan.run.current_round)),
            lambda: _progress(connected, plan.run.current_round) if PROGRESS in files else None,
        )
    except AutocoderError as error:  # such as a role that is missing: the group may work for all that
        unseen = GroupVerdict(state="working", reason=f"The container group cannot be looked at: {error}")
        verdict = _in_time(unseen, plan, row)
        if verdict is unseen and _is_away(error):
            raise  # the orchestration asks again
        return verdict
    seen = _judged(group, progress, has_begun=ATTEMPT in files)
    if seen.state == "failed" and not seen.final:
        seen = _explained(connected, seen, str(row.get("operation") or ""))
    if seen.state == "working":
        _tell_progress(connected, plan, row, progress)
    return _in_time(seen, plan, row)


def _is_away(error: AutocoderError) -> bool:
    """Whether nobody answers for the group; one that may not be looked at goes on, for however long."""
    return isinstance(error, (Transient, SignInRequired)) and not isinstance(error, MayPass)


def _in_time(seen: GroupVerdict, plan: Plan, row: Mapping[str, Any]) -> GroupVerdict:
    """Return *seen*, or that the run is late."""
    moment = dt.datetime.now(dt.UTC)
    return deadline_verdict(seen, row, plan.budget, plan.provisioning_minutes, moment)


def _explained(connected: Clients, seen: GroupVerdict, operation: str) -> GroupVerdict:
    """Return *seen* with the reason that the operation which created the group has, if it can be read."""
    try:
        code, message = connected.containers.failure_of(operation)
    except (AutocoderError, ValueError) as error:
        log.warning("the operation that created a container group could not be read: %s", error)
        return seen
    said = f"{message} ({code})" if code else message
    reason = seen.reason if not said or said in seen.reason else f"{said} {seen.reason}".strip()
    no_room = is_lack_of_room(code)  # an operation that has failed does not change its mind
    return seen.model_copy(update={"reason": reason[:1_000], "lacks_room": no_room, "final": no_room})


def last_growth(files: Mapping[str, dt.datetime]) -> dt.datetime | None:
    """Return when the run's progress or log last grew, None before they are there."""
    return max((files[name] for name in (PROGRESS, LOG) if name in files), default=None)


def _judged(group: GroupState | None, progress: Progress | None, *, has_begun: bool) -> GroupVerdict:
    moment = dt.datetime.now(dt.UTC)
    seen = judge_group(group, progress, moment)
    if group is None or seen.state != "working" or not has_begun:
        return seen
    reason = agent_start_failure(group, progress, moment)
    return GroupVerdict(state="failed", reason=reason, final=True) if reason else seen


def _progress(connected: Clients, current: Round) -> Progress | None:
    content = connected.blobs.get(current, PROGRESS)
    return None if content is None else wire.load(Progress, content.decode())


def _tell_progress(connected: Clients, plan: Plan, row: dict[str, Any], progress: Progress | None) -> None:
    """Write the progress to the run's row, and a new phase to the work item's comment."""
    phase = SHOWN_PHASES.get(progress.phase) if progress else None
    if progress is None or phase is None:
        return
    columns = usage_column(progress.usage)
    if row.get("status") == phase:
        if row.get("usage") != columns["usage"]:
            connected.records.advance(plan.run.id, (phase,), columns, row)
        return
    columns |= phase_columns(phase, now())
    earlier = WORKING[: WORKING.index(phase)]
    changed = connected.records.advance(plan.run.id, earlier, columns, row)
    try:
        show_phase(connected, plan.run, phase, changed)
    except AutocoderError as error:  # a comment that fails must not end the looks
        log.warning("run %s: the progress could not be written to the comment: %s", plan.run.id, error)
