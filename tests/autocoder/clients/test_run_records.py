"""The rows of runs: lists that are filtered before they are cut, and ends that nothing changes."""

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
    def add(organization, project="Web"):
        given = {
            "organization": organization,
            "project": project,
            "repository": "app",
            "work_item_id": number,
        }
        run = Run(id=new_run_id(), request=RunRequest(**given), title="", queued_at="2026-01-01T00:00:00Z")
        records.add(run)
        return run.id

    return add


def test_runs_of_an_item_with_the_same_number_elsewhere_hide_none(records, add, number):
    wanted = add("contoso")
    others = [add("fabrikam") for _ in range(3)]
    assert [row["RowKey"] for row in records.of_work_item("contoso", number, 1)] == [wanted]
    assert {row["RowKey"] for row in records.of_work_item("fabrikam", number, 50)} == set(others)


def test_an_item_keeps_its_runs_when_it_moves_to_another_project(records, add, number):
    runs = {add("contoso", "Web"), add("Contoso", "Mobile")}
    assert {row["RowKey"] for row in records.of_work_item("CONTOSO", number, 50)} == runs


def test_at_most_as_many_as_asked_for_are_listed_and_the_newest_first(records, add, number):
    runs = [add("contoso") for _ in range(3)]
    assert len(records.of_work_item("contoso", number, 2)) == 2
    listed = [row["RowKey"] for row in records.list(RunQuery(work_item_id=number, project="Web"))]
    assert listed == sorted(runs)
    assert records.list(RunQuery(work_item_id=number, project="Web", top=1))[0]["RowKey"] == listed[0]


@pytest.mark.parametrize(("given", "top"), [("0", 1), ("7", 7), ("999999999", MAX_RUNS)])
def test_the_number_of_runs_is_kept_within_limits(given, top):
    query, problems = read_query(RunQuery, {"top": given})
    assert (query.top, problems) == (top, ())


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
    assert records.begin_publishing(run_id, phase_columns("publishing", "now"))["status"] == status
    assert records.get(run_id)["status"] == status
