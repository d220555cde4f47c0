"""What a look at a run's record finds, over Azurite and a stand-in for its container group."""

import datetime as dt
import json
import threading
from types import SimpleNamespace

import pytest

from activities import observe_run as module
from activities.observe_run import observe_run
from activities.parts.final_report import begin_reporting
from activities.parts.run_files import settled
from autocoder import models as m
from autocoder import wire
from autocoder.clock import now
from autocoder.container_groups.state import ContainerState, GroupState
from autocoder.errors import Forbidden, MayPass, RetryLater
from autocoder.rounds import RunFile, WholeRun
from autocoder.runs.files import ATTEMPT, PLAN, PROGRESS, REPORT, REQUEST, RESULT
from autocoder.runs.next_step import ABSENCES, LAUNCHED_AT, MAX_LOOKS
from autocoder.runs.rows import usage_column
from autocoder.runs.version import orchestration_version
from tests.autocoder.clients.conftest import storage  # noqa: F401
from tests.autocoder.requests.test_run_request import SETTINGS
from tests.orchestrators.conftest import plan, request, result, run


class Groups:
    """The container group of one run: a state, None for no group, or an error."""

    def __init__(self):
        self.state, self.looks, self.meanwhile = None, 0, lambda: None
        self.deleted = []

    def delete_group(self, name):
        self.deleted.append(name)

    def failure_of(self, operation):
        return "ContainerGroupQuotaReached", "No quota is left."

    def get_group(self, name):
        self.looks += 1
        self.meanwhile()
        if isinstance(self.state, Exception):
            raise self.state
        return self.state


def group(supervisor="running", provisioning="Succeeded"):
    state = "Running" if supervisor == "running" else "Terminated"
    container = ContainerState(name="supervisor", state=state, exit_code=None if state == "Running" else 1)
    return GroupState(provisioning_state=provisioning, state=state, containers=(container,))


class Record:
    """A run in storage, and what is looked at."""

    def __init__(self, connected):
        self.connected, self.run = connected, run(work_item_id=None)
        self.records, self.blobs, self.groups = connected.records, connected.blobs, connected.containers
        self.put(REQUEST, request(work_item_id=None, user_prompt="Do it."))
        self.records.add(self.run)

    def put(self, name, value):
        self.write(name, wire.to_bytes(value))

    def write(self, name, content):
        folder = WholeRun(self.run.id) if isinstance(name, RunFile) else self.run.current_round
        self.blobs.put(folder, name, content)

    def planned(self, **changes):
        self.plan = plan(self.run).model_copy(update={"poll_seconds": 30.0, "work_item": None, **changes})
        self.records.enter(self.run.id, "preparing", {})
        self.put(PLAN, self.plan)
        return self

    def launched(self, minutes_ago=0.0, phase="provisioning"):
        self.planned()
        self.records.enter(self.run.id, phase, {})
        since = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=minutes_ago)
        self.records.merge(self.run.id, {LAUNCHED_AT: since.isoformat()})
        return self

    def begun(self, **options):
        self.launched(phase="running", **options)
        self.write(ATTEMPT, b"1")
        return self

    def absent(self, looks=MAX_LOOKS - 1):
        self.records.merge(self.run.id, {ABSENCES: looks})
        return self

    @property
    def row(self):
        return self.records.get(self.run.id)

    def seen(self):
        return observe_run.run(self.run.id)

    def stored_report(self):
        return wire.load(m.RunReport, self.blobs.get(WholeRun(self.run.id), REPORT))


@pytest.fixture
def record(storage, monkeypatch):  # noqa: F811
    whole = storage.clients()
    connected = SimpleNamespace(
        records=whole.records, blobs=whole.blobs, containers=Groups(), redact=str, known_secrets=tuple
    )
    monkeypatch.setattr(module, "clients", lambda: connected)
    monkeypatch.setattr(module, "settings", lambda: SETTINGS)
    monkeypatch.setattr(module, "APART", dt.timedelta(0))  # the looks of a test follow each other at once
    return Record(connected)


def test_nothing_is_done_for_a_run_without_a_record(record):
    assert observe_run.run("z" * 20) == m.Observation(next="nothing")


def test_nothing_is_done_for_a_run_that_is_over(record):
    record.begun()
    record.put(RESULT, result(record.run))
    record.records.end(record.run.id, {"status": "completed"})
    assert record.seen().next == "nothing"
    assert record.groups.looks == 0


def test_a_new_run_begins_with_what_its_orchestration_carries(record):
    seen = record.seen()
    assert (seen.next, seen.run.id) == ("begin", record.run.id)
    assert seen.run.request.user_prompt is None  # it would stay in the history


def test_of_a_run_that_has_taken_no_step_only_its_row_and_its_request_are_read(record, monkeypatch):
    monkeypatch.setattr(type(record.blobs), "files", lambda *_: pytest.fail("the files are listed"))
    seen = record.seen()
    assert (seen.row, seen.texts_apart) == (record.row, True)


def test_a_run_whose_request_was_deleted_ends(record):
    record.blobs.delete(WholeRun(record.run.id), REQUEST)
    seen = record.seen()
    assert (seen.next, seen.report.outcome) == ("conclude", "failed")
    assert "LOG_RETENTION_DAYS" in seen.report.reason


def test_a_run_with_a_plan_is_launched_with_it(record):
    seen = record.planned().seen()
    assert (seen.next, seen.plan) == ("launch", record.plan)


@pytest.mark.parametrize("state", [group(), group(provisioning="Pending")])
def test_a_group_that_starts_or_works_is_watched(record, state):
    record.begun().groups.state = state
    seen = record.seen()
    assert (seen.next, seen.seconds) == ("watch", 2.0)


def test_a_group_that_works_is_not_absent_any_more(record):
    record.begun().absent(2).groups.state = group()
    assert record.seen().next == "watch"
    assert record.row[ABSENCES] == 0


def test_absences_are_counted_before_one_is_believed(record):
    record.begun()
    pauses = [record.seen().seconds for _ in range(MAX_LOOKS - 1)]
    assert pauses == [2.0, 5.0, 8.0]
    assert record.row[ABSENCES] == MAX_LOOKS - 1
    seen = record.seen()
    assert (seen.next, seen.report.outcome) == ("conclude", "interrupted")
    assert record.stored_report() == seen.report


def test_looks_that_hints_bring_at_once_prove_no_more_than_one(record, monkeypatch):
    monkeypatch.setattr(module, "settings", lambda: SETTINGS)
    monkeypatch.setattr(module, "APART", dt.timedelta(hours=1))
    record.begun()
    assert {record.seen().next for _ in range(MAX_LOOKS + 1)} == {"watch"}
    assert record.row[ABSENCES] == 1


def test_a_group_that_never_came_is_launched_again(record):
    seen = record.launched().absent().seen()
    assert (seen.next, seen.plan) == ("launch", record.plan)


def test_a_look_that_is_late_forgets_no_group_that_was_launched_since(record):
    record.launched(minutes_ago=30).absent()
    record.groups.meanwhile = lambda: record.records.merge(record.run.id, {LAUNCHED_AT: now()})
    record.seen()
    assert record.row[LAUNCHED_AT]


@pytest.mark.parametrize("is_late", [True, False])
def test_a_group_without_room_is_deleted_unless_another_was_launched_since(record, is_late):
    record.launched().absent()
    record.groups.state = group(provisioning="Failed", supervisor="")
    if is_late:
        record.groups.meanwhile = lambda: record.records.merge(record.run.id, {LAUNCHED_AT: now()})
    assert record.seen().next == ("watch" if is_late else "wait")
    assert bool(record.groups.deleted) is not is_late
    assert bool(record.row[LAUNCHED_AT]) is is_late


def test_a_look_that_is_late_leaves_the_usage_of_a_run_that_has_ended(record):
    record.begun()
    record.groups.state = group()
    spent = usage_column(m.Usage(turns=9))
    progress = {"phase": "running", "updatedAt": now(), "usage": {"turns": 1}}
    record.write(PROGRESS, json.dumps(progress).encode())
    record.groups.meanwhile = lambda: record.records.end(record.run.id, {"status": "completed", **spent})
    record.seen()
    assert record.row["usage"] == spent["usage"]


def test_a_group_that_ended_without_a_result_ends_the_run(record):
    record.begun().absent().groups.state = group(supervisor="ended")
    assert record.seen().report.outcome == "failed"


def test_a_result_that_was_written_during_the_look_is_published(record):
    record.begun().absent()
    record.groups.meanwhile = lambda: record.put(RESULT, result(record.run))
    assert record.seen().next == "publish"
    assert not record.blobs.exists(WholeRun(record.run.id), REPORT)


def test_a_run_that_is_late_has_timed_out(record):
    record.begun(minutes_ago=71).groups.state = group()
    assert record.seen().report.outcome == "timed_out"


def test_a_result_is_published_without_a_look_at_the_group(record):
    record.begun()
    record.put(RESULT, result(record.run, usage=m.Usage(turns=3), seconds={"agent": 2.0}))
    seen = record.seen()
    assert (seen.next, seen.plan, seen.result.usage.turns) == ("publish", record.plan, 3)
    assert record.groups.looks == 0
    assert seen.row == record.row  # with its ETag, so that the next step need not read it


@pytest.mark.parametrize(
    ("changes", "outcome"),
    [
        ({"outcome": "no_changes", "pack": None}, "no_changes"),
        ({"outcome": "no_changes", "pack": None, "summary": "NEEDS_INFO: which?"}, "needs_info"),
        ({"outcome": "agent_failed", "pack": None, "reason": "x"}, "failed"),
        ({"outcome": "budget_spent", "pack": None}, "budget_spent"),
        ({"base_commit": "3" * 40}, "refused"),
        ({"run_id": "b" * 20}, "refused"),
    ],
)
def test_a_result_without_a_change_to_publish_ends_the_run(record, changes, outcome):
    record.begun()
    record.put(RESULT, result(record.run, usage=m.Usage(turns=3), **changes))
    seen = record.seen()
    assert (seen.next, seen.report.outcome) == ("conclude", outcome)
    assert record.stored_report() == seen.report
    assert ('"turns":3' in record.row.get("usage", "")) is (outcome != "refused")


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff", b"{}", b"x" * 1_000_001])
def test_a_result_that_is_not_valid_ends_the_run(record, content):
    record.begun()
    record.write(RESULT, content)
    seen = record.seen()
    assert (seen.next, seen.report.outcome) == ("conclude", "failed")


@pytest.mark.parametrize("stage", ["queued", "planned", "begun"])
def test_a_cancelled_run_ends_without_a_look_at_its_group(record, stage):
    {"queued": lambda: None, "planned": record.planned, "begun": record.begun}[stage]()
    record.records.request_cancel(record.run.id)
    seen = record.seen()
    assert (seen.next, seen.report.outcome) == ("conclude", "cancelled")
    assert record.groups.looks == 0
    assert record.stored_report() == seen.report


def test_a_cancel_that_came_too_late_changes_nothing(record):
    record.begun()
    record.put(RESULT, result(record.run))
    record.records.begin_publishing(record.run.id, lambda _: {"status": "publishing"})
    record.records.request_cancel(record.run.id)
    assert record.seen().next == "publish"


def test_an_end_that_is_settled_is_never_judged_anew(record):
    record.begun()
    report = m.RunReport(run=record.run, outcome="interrupted", reason="first")
    record.put(REPORT, report)
    record.put(RESULT, result(record.run))
    assert record.seen() == m.Observation(next="conclude", run=record.run, report=report)


def test_a_run_is_not_begun_whose_end_was_settled_before_its_row_says_so(record, monkeypatch):
    report = m.RunReport(run=record.run, outcome="cancelled", reason="first")

    def die(*_):
        raise SystemExit

    with monkeypatch.context() as patched, pytest.raises(SystemExit):
        patched.setattr(type(record.records), "enter", die)
        begin_reporting(record.connected, report, record.row)
    assert record.row["status"] == "queued"
    assert record.seen() == m.Observation(next="conclude", run=record.run, report=report)


def test_an_end_is_settled_once_also_by_two_at_the_same_time(record):
    start, got = threading.Barrier(6), []

    def settle(number):
        report = m.RunReport(run=record.run, outcome="failed", reason=f"by {number}")
        start.wait(10)
        got.append(settled(record.connected, report).reason)

    threads = [threading.Thread(target=settle, args=[number]) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(got) == 6
    assert set(got) == {record.stored_report().reason}


def test_a_look_repeated_after_the_end_was_settled_says_the_same(record):
    record.begun().absent()
    first = record.seen()
    record.groups.state = group()  # it has come back
    assert record.seen() == first


def test_a_service_that_is_busy_is_asked_again_and_counts_as_no_absence(record):
    record.begun().groups.state = RetryLater("busy", retry_after_seconds=1)
    with pytest.raises(RetryLater):
        record.seen()
    assert not record.row.get(ABSENCES)


def test_a_run_is_late_also_while_its_group_cannot_be_seen(record):
    record.begun(minutes_ago=71).groups.state = RetryLater("busy", retry_after_seconds=1)
    assert record.seen().report.outcome == "timed_out"


@pytest.mark.parametrize("refusal", [Forbidden("not allowed"), MayPass("not allowed", retry_after_seconds=1)])
def test_a_group_that_may_not_be_read_is_looked_at_again_and_the_row_says_why(record, refusal):
    record.begun().groups.state = refusal
    assert record.seen().next == "watch"
    assert "not allowed" in record.row["reason"]


def test_the_row_says_by_which_version_the_run_is_carried(record):
    record.records.merge(record.run.id, {"version": "0.9"})
    record.seen()
    assert record.row["version"] == orchestration_version()


def test_progress_is_written_to_the_row(record):
    record.begun().groups.state = group()
    progress = m.Progress(phase="verifying", updated_at=now(), usage=m.Usage(turns=2))
    record.put(PROGRESS, progress)
    assert record.seen().seconds == 2.0
    assert record.row["status"] == "verifying"
    assert '"turns":2' in record.row["usage"]
