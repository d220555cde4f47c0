"""Observes a run: reads its row, the files of its round and, where that matters, its container group.

Orchestrations begin with it, whatever happened before, and look again at every hint.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from activities.activity import activity
from activities.parts.agent_result import read_result, result_columns
from activities.parts.capacity import no_capacity
from activities.parts.container_group_look import last_growth, look_at_group
from activities.parts.kept_result import take_result
from activities.parts.run_files import has_long_texts, read_plan, read_request, read_run, run_of, settled
from autocoder import wire
from autocoder.clients.connect import Clients, clients
from autocoder.clock import now
from autocoder.errors import SignInRequired, Transient
from autocoder.ids import group_name
from autocoder.models import AgentResult, Ended, GroupVerdict, Observation, Plan, RunReport, Wait
from autocoder.reports.kept_work import kept_words, with_kept
from autocoder.reports.run_report import concluding, ended_report
from autocoder.rounds import Round, WholeRun, files_in
from autocoder.runs.causes import explained
from autocoder.runs.ending import cancelled_in, ending_without_change, ending_without_result
from autocoder.runs.files import PLAN, REPORT, RESULT, UNPUBLISHED
from autocoder.runs.looks import confirming_pause, pause
from autocoder.runs.next_step import ABSENCES, LAUNCHED_AT, PAID_MINUTES, Step, Stock, is_untouched, next_step
from autocoder.runs.rows import is_over, round_of
from autocoder.runs.version import orchestration_version
from autocoder.settings import settings

NOTHING = Observation(next="nothing")
APART = dt.timedelta(seconds=0.5)  # hints may come at once, and then their looks prove no more than one
RESULT_GONE = "The result of the earlier run was deleted (LOG_RETENTION_DAYS). Start a new run."
REQUEST_GONE = "The request of this run was deleted (LOG_RETENTION_DAYS). Start a new run."


@dataclass(frozen=True)
class _Record:
    """What was read of one run; the *files* are its own and those of its current round."""

    connected: Clients
    run_id: str
    row: dict[str, Any]
    files: Mapping[str, dt.datetime]

    @property
    def current(self) -> Round:
        """The round that the run is in."""
        return round_of(self.run_id, self.row)

    @property
    def stock(self) -> Stock:
        return Stock(self.row, frozenset(self.files))


@activity
def observe_run(run_id: str) -> Observation:
    """Return what comes next for run *run_id*, with what that needs."""
    connected = clients()
    row = connected.records.get(run_id) or {}
    listed = {} if is_over(row) or is_untouched(row) else connected.blobs.files(run_id)
    record = _Record(connected, run_id, row, files_in(listed, round_of(run_id, row)))
    step = next_step(record.stock)
    if step != "nothing" and row.get("version") != orchestration_version():
        connected.records.merge(run_id, {"version": orchestration_version()})
    handle = HANDLERS.get(step)
    return handle(record) if handle else NOTHING


def _settled_before(record: _Record) -> Observation:
    return concluding(wire.load(RunReport, record.connected.blobs.get(WholeRun(record.run_id), REPORT)))


def _cancelled(record: _Record) -> Observation:
    return _ended(record, cancelled_in(record.row))


def _beginning(record: _Record) -> Observation:
    request = read_request(record.connected, record.run_id)
    if request is None:
        return _ended(record, Ended(outcome="failed", reason=REQUEST_GONE))
    run = run_of(record.run_id, record.row, request)
    if take_result(record.connected, run):
        return _publishing(record)
    if request.continues:
        own = files_in(record.connected.blobs.files(record.run_id), record.current)
        if {PLAN, RESULT} <= own.keys():
            return _publishing(record)
        if RESULT in own:
            return _ended(record, Ended(outcome="failed", reason=RESULT_GONE))
    return Observation(next="begin", run=run, row=record.row, texts_apart=has_long_texts(request))


def _launching(record: _Record) -> Observation:
    plan = read_plan(record.connected, record.current)
    return Observation(next="launch", run=plan.run, plan=plan)


def _look(record: _Record) -> Observation:
    """Return what the container group means for the run."""
    plan = read_plan(record.connected, record.current)
    seen = look_at_group(record.connected, plan, record.row, record.files)
    match next_step(replace(record.stock, group=seen)):
        case "watch":
            return _watching(record, plan, seen.reason if seen.state == "working" else "")
        case "look_again":
            return _looking_again(record, plan)
        case "launch":
            record.connected.records.forget_launch(record.run_id, record.row)
            return Observation(next="launch", run=plan.run, plan=plan)
        case "make_room":
            return _waiting_for_room(record, plan, seen)
    if record.connected.blobs.exists(record.current, RESULT):  # written while the group was looked at
        return _result(record)
    return _ended(record, ending_without_result(seen), plan)


def _waiting_for_room(record: _Record, plan: Plan, seen: GroupVerdict) -> Observation:
    """Delete a group for which there was no room, to ask for it later; one launched since is another."""
    connected, given = record.connected, settings()
    if not connected.records.forget_launch(record.run_id, record.row):
        return Observation(next="watch", seconds=plan.poll_seconds, run=plan.run)
    connected.containers.delete_group(group_name(record.current))
    lacking = no_capacity(seen.reason, given)
    return _waiting(plan, str(lacking), given.capacity_minutes, seconds=lacking.retry_after_seconds)


def _waiting(plan: Plan, reason: str, minutes: float, seconds: float = 60) -> Observation:
    """Let the run wait without an orchestration, from now on."""
    wait = Wait(run=plan.run, reason=reason, since=now(), seconds=seconds, minutes=minutes)
    return Observation(next="wait", run=plan.run, plan=plan, wait=wait)


def _watching(record: _Record, plan: Plan, trouble: str) -> Observation:
    """Look again later; what the run waited for is over, unless there is *trouble* with looking."""
    row, grew = record.row, last_growth(record.files)
    if row.get(ABSENCES) or str(row.get("reason") or "") != trouble or row.get("waiting_for"):
        more = {ABSENCES: 0, "waiting_for": ""}
        record.connected.records.note(record.run_id, trouble, more=more)
    launched = dt.datetime.fromisoformat(str(row[LAUNCHED_AT]))
    seconds = pause(launched, grew, dt.datetime.now(dt.UTC), plan.poll_seconds)
    return Observation(next="watch", seconds=seconds, run=plan.run)


def _looking_again(record: _Record, plan: Plan) -> Observation:
    """Count a look that saw no group, or a dead one: the platform may say so for some seconds."""
    absences, moment = int(record.row.get(ABSENCES) or 0), dt.datetime.now(dt.UTC)
    counted_at = str(record.row.get("absent_at") or "")
    if not counted_at or moment - dt.datetime.fromisoformat(counted_at) >= APART:
        columns = {ABSENCES: absences + 1, "absent_at": now()}
        record.connected.records.merge(record.run_id, columns)
    return Observation(next="watch", seconds=confirming_pause(absences, plan.poll_seconds), run=plan.run)


def _result(record: _Record) -> Observation:
    """Return what comes of a result; one that is taken over from another run is taken as a whole."""
    return _publishing(record) if PLAN in record.files else _beginning(record)


def _publishing(record: _Record) -> Observation:
    """Return that the result is to be published, or how the run ends when it has no change."""
    plan = read_plan(record.connected, record.current)
    try:
        result = read_result(record.connected, plan)
    except (Transient, SignInRequired) as error:  # a secret to be redacted cannot be read
        return _waiting(plan, str(error), PAID_MINUTES)
    if isinstance(result, Ended):
        return _ended(record, result, plan)
    without_change = ending_without_change(plan, explained(plan, result))
    if without_change is not None:
        without_change = _with_kept_work(record, without_change, result)
        record.connected.records.merge(record.run_id, result_columns(record.row, result))
        return _ended(record, without_change, plan, result)
    return Observation(next="publish", run=plan.run, plan=plan, result=result, row=record.row)


def _with_kept_work(record: _Record, ended: Ended, result: AgentResult) -> Ended:
    """Return *ended*, whose reason says where the work is that is not published, if it is kept."""
    if result.kept is None:
        return ended
    words = kept_words("The work", record.current, UNPUBLISHED, settings().log_retention_days)
    return ended.model_copy(update={"reason": with_kept(ended.reason, words)})


def _ended(
    record: _Record, ended: Ended, plan: Plan | None = None, result: AgentResult | None = None
) -> Observation:
    """Settle how the run ends."""
    known = plan.run if plan else read_run(record.connected, record.run_id, record.row)
    run = known or run_of(record.run_id, record.row)
    return concluding(settled(record.connected, ended_report(run, ended, plan, result), record.row))


HANDLERS: Mapping[Step, Callable[[_Record], Observation]] = {
    "conclude": _settled_before,
    "cancel": _cancelled,
    "publish": _result,
    "begin": _beginning,
    "launch": _launching,
    "look": _look,
}
