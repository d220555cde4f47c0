"""The rows of runs: ends that nothing changes."""

import secrets

import pytest

from autocoder.ids import new_run_id
from autocoder.models import Run, RunRequest
from autocoder.requests.query import MAX_RUNS, RunQuery, read_query
from autocoder.runs.rows import phase_columns


@pytest.fixture
def records(storage):
    return storage.clients().records


@pytest.fixture
def number():
    """The number of a work item of which no other test has runs."""
    return secrets.randbelow(10**8) + 10**8


@pytest.fixture
def add(records, number):
    def add(organization, run_id=None):
        request = RunRequest(organization=organization, project="Web", repository="app", work_item_id=number)
        run_id = run_id or new_run_id()
        records.add(Run(id=run_id, request=request, title="", queued_at="2026-01-01T00:00:00Z"))
        return run_id

    return add


@pytest.mark.parametrize(("given", "top"), [("0", 1), ("7", 7), ("999999999", MAX_RUNS)])
def test_the_number_of_runs_is_kept_within_limits(given, top):
    query, problems = read_query(RunQuery, {"top": given})
    assert (query.top, problems) == (top, ())


def test_a_late_repeat_of_the_first_write_does_not_open_an_ended_run_again(records, add):
    run_id = add("contoso")
    records.end(run_id, LATE)
    add("contoso", run_id=run_id)
    assert LATE.items() <= records.get(run_id).items()


LATE = {"status": "cancelled", "reason": "late words", "ended_at": "2026-02-02T00:00:00Z"}


def test_the_first_end_of_a_run_stays(records, add):
    run_id = add("contoso")
    first = {"status": "failed", "reason": "It broke.", "ended_at": "2026-01-01T00:00:00Z"}
    records.end(run_id, first)
    records.end(run_id, LATE)
    assert first.items() <= records.get(run_id).items()


def test_a_row_that_was_read_before_the_end_shows_no_run_that_goes_on(records, add):
    run_id = add("contoso")
    records.enter(run_id, "running", {})
    read = records.get(run_id)
    records.end(run_id, LATE)
    assert records.enter(run_id, "preparing", {}, read)["status"] == "cancelled"
    assert records.note(run_id, "It waits.", read)["reason"] == "late words"


def test_what_a_run_waits_for_is_noted_unless_it_has_ended(records, add):
    run_id = add("contoso")
    records.note(run_id, "It waits.", None, {"waiting_for": "place"})
    assert {"reason": "It waits.", "waiting_for": "place"}.items() <= records.get(run_id).items()
    records.end(run_id, LATE)
    records.note(run_id, "It waits.", None, {"waiting_for": "answer"})
    assert {"reason": "late words", "waiting_for": "place"}.items() <= records.get(run_id).items()


@pytest.mark.parametrize("status", ["reporting", "completed"])
def test_a_run_that_is_reported_does_not_go_back_to_publishing(records, add, status):
    run_id = add("contoso")
    records.end(run_id, {"status": status})
    row = records.begin_publishing(run_id, lambda _: phase_columns("publishing", "now"))
    assert row["status"] == status
    assert records.get(run_id)["status"] == status
