"""How long a run waits without an orchestration for a service that is away."""

import datetime as dt
from types import SimpleNamespace

import pytest

from activities import suspend_run as module
from activities.suspend_run import MAX_SECONDS, MIN_SECONDS, suspend_run
from autocoder.models import Wait
from autocoder.runs.rows import PLACE, SERVICE
from tests.autocoder.clients.conftest import storage  # noqa: F401
from tests.orchestrators.conftest import run


def ago(minutes):
    return (dt.datetime.now(dt.UTC) - dt.timedelta(minutes=minutes)).isoformat()


@pytest.fixture
def records(storage, monkeypatch):  # noqa: F811
    found = storage.clients().records
    monkeypatch.setattr(module, "clients", lambda: SimpleNamespace(records=found))
    return found


@pytest.fixture
def waiting(records):
    of = run()
    records.add(of)
    return of


def suspended(of, since=0.0, **changes):
    given = {"run": of, "reason": "503", "since": ago(since), "seconds": 100, "minutes": 40}
    return suspend_run.run(Wait(**{**given, **changes}))


def test_the_row_says_for_what_since_when_and_until_when(records, waiting):
    before = dt.datetime.now(dt.UTC)
    assert suspended(waiting, since=3) is None
    row = records.get(waiting.id)
    assert (row["waiting_for"], row["reason"]) == (SERVICE, "Waiting: 503")
    until = dt.datetime.fromisoformat(row["waiting_until"])
    assert dt.timedelta(seconds=99) < until - before < dt.timedelta(seconds=160)
    assert row["waiting_since"] < row["waiting_until"]


@pytest.mark.parametrize(("seconds", "pause"), [(0, MIN_SECONDS), (100_000, MAX_SECONDS)])
def test_a_pause_has_limits(records, waiting, seconds, pause):
    before = dt.datetime.now(dt.UTC)
    suspended(waiting, seconds=seconds, minutes=10_000)
    until = dt.datetime.fromisoformat(records.get(waiting.id)["waiting_until"])
    assert -1 < (until - before).total_seconds() - pause < 60  # the column has milliseconds


def test_a_wait_goes_on_from_the_first_try_whoever_waits_again(records, waiting):
    suspended(waiting, since=30)
    first = records.get(waiting.id)["waiting_since"]
    assert suspended(waiting, since=0) is None
    assert records.get(waiting.id)["waiting_since"] == first


def test_a_wait_for_a_place_is_another_wait(records, waiting):
    records.note(waiting.id, "", more={"waiting_for": PLACE, "waiting_since": ago(1_000)})
    assert suspended(waiting, since=1) is None


def test_a_run_that_has_waited_long_enough_ends_with_the_reason(records, waiting):
    suspended(waiting, since=30)
    how = suspended(waiting, since=0, minutes=29)
    assert (how.outcome, how.reason) == ("failed", "503")


def test_a_pause_beyond_the_limit_is_not_begun(records, waiting):
    assert suspended(waiting, since=1, seconds=600, minutes=10).outcome == "failed"
    assert not records.get(waiting.id).get("waiting_for")


def test_what_was_paid_is_worth_a_day(records, waiting):
    assert suspended(waiting, since=23 * 60, minutes=24 * 60) is None
    assert suspended(waiting, since=0, minutes=22 * 60).outcome == "failed"


def test_a_late_repeat_does_not_let_an_ended_run_wait(records, waiting):
    records.end(waiting.id, {"status": "completed", "reason": ""})
    suspended(waiting)
    row = records.get(waiting.id)
    assert not row.get("waiting_for")
    assert row["status"] == "completed"


def test_a_wait_that_is_repeated_goes_on(records, waiting):
    since = ago(3)
    for reason in ("503", "504"):
        suspend_run.run(Wait(run=waiting, reason=reason, since=since, minutes=40))
    assert records.get(waiting.id)["reason"] == "Waiting: 504"


@pytest.mark.parametrize("later", [None, {"since": 1.0}], ids=["it works", "it waits again"])
def test_a_wait_that_is_over_is_not_begun_by_a_late_activity(records, waiting, later):
    late = Wait(run=waiting, reason="late words", since=ago(3), minutes=40)
    suspend_run.run(late)
    records.enter(waiting.id, "provisioning", {})
    if later:
        suspended(waiting, **later)
    before = records.get(waiting.id)
    assert suspend_run.run(late) is None
    assert records.get(waiting.id) == before
