"""Lists of runs in Azurite: filtered before they are cut, over the months, and a bounded part at a time."""

import base64
import datetime as dt
import itertools
import secrets

import pytest

from autocoder.clients import run_lists
from autocoder.clients.run_lists import BATCH, MAX_PAGES
from autocoder.clients.run_records import RunRecords
from autocoder.clients.tables import Tables
from autocoder.ids import new_run_id
from autocoder.models import Run, RunRequest
from autocoder.requests.continuation import token_of
from autocoder.requests.query import RunQuery, read_query
from autocoder.runs.claims import ACTIVE, Claim
from autocoder.runs.partitions import item_partition, name_columns, partition_of
from autocoder.runs.rows import RUNS

seconds = itertools.count()


@pytest.fixture
def connected(storage):
    return storage.clients()


@pytest.fixture
def lists(connected):
    return connected.lists


@pytest.fixture
def number():
    """The number of a work item of which no other test has runs."""
    return secrets.randbelow(10**8) + 10**8


@pytest.fixture
def project(number):
    """The name of a project of which no other test has runs."""
    return f"Größe {number}"


@pytest.fixture
def add(connected, number, project):
    def add(organization="Contoso", *, day=None, **names):
        made = run(day, organization=organization, **{"project": project, "work_item_id": number, **names})
        connected.records.add(made)
        return made.id

    return add


@pytest.fixture
def reads(monkeypatch):
    """The pages that are read."""
    pages, page = [], Tables.page

    def counted(self, table, conditions, **more):
        pages.append(conditions)
        return page(self, table, conditions, **more)

    monkeypatch.setattr(Tables, "page", counted)
    return pages


def run(day=None, **names):
    """A run of that day, each a second later than the one before."""
    later = dt.timedelta(seconds=next(seconds))
    made = new_run_id(
        None if day is None else int((dt.datetime.fromisoformat(day) + later).timestamp() * 1000)
    )
    request = RunRequest(**{"repository": "App", **names})
    return Run(id=made, request=request, title="", queued_at="2026-01-01T00:00:00Z")


def ids(part):
    return [row["RowKey"] for row in getattr(part, "rows", part)]


def whole(lists, **wanted):
    """The parts of a list, from the first to the last."""
    parts = [lists.matching(RunQuery(**wanted))]
    while token := parts[-1].continuation_token:
        parts.append(lists.matching(RunQuery(**wanted, continuation_token=token)))
    return parts


def test_runs_of_an_item_with_the_same_number_elsewhere_hide_none(lists, add, number):
    wanted = add("contoso")
    others = [add("fabrikam") for _ in range(3)]
    assert ids(lists.of_work_item("contoso", number, 1)) == [wanted]
    assert set(ids(lists.of_work_item("fabrikam", number, 50))) == set(others)


def test_an_item_keeps_its_runs_when_it_moves_to_another_project(lists, add, number):
    runs = {add("contoso", project="Web"), add("Contoso", project="Mobile")}
    assert set(ids(lists.of_work_item("CONTOSO", number, 50))) == runs


def test_at_most_as_many_as_asked_for_are_listed_and_the_newest_first(lists, add, number, project):
    runs = sorted(add() for _ in range(3))
    assert ids(lists.of_work_item("contoso", number, 2)) == runs[:2]
    assert ids(lists.matching(RunQuery(work_item_id=number, project=project))) == runs
    assert ids(lists.matching(RunQuery(work_item_id=number, project=project, top=1))) == runs[:1]


def test_a_list_goes_back_over_the_months_and_does_not_end_at_an_empty_one(lists, add, number, project):
    old, older, oldest = (add(day=day) for day in ("2026-03-31", "2026-02-01", "2025-11-15"))
    assert len(set(map(partition_of, (old, older, oldest)))) == 3
    for wanted in ({"project": project}, {"work_item_id": number}):
        assert ids(lists.matching(RunQuery(**wanted))) == [old, older, oldest]
    assert ids(lists.of_work_item("contoso", number, 2)) == [old, older]


def test_each_part_of_a_list_says_where_the_next_one_begins(lists, add, number, project):
    days = ("2026-03-31", "2026-03-30", "2026-02-01", "2025-11-15", "2025-11-14")
    runs = [add(day=day) for day in days]
    for wanted in ({"project": project}, {"work_item_id": number}):
        assert [ids(part) for part in whole(lists, top=2, **wanted)] == [runs[:2], runs[2:4], runs[4:]]


def test_names_are_found_in_any_case(lists, add, number, project):
    found = add(project=project, repository="App")
    add(project=project, repository="another")
    for more in ({}, {"work_item_id": number}):
        wanted = RunQuery(project=project.upper(), repository="aPP", **more)
        assert ids(lists.matching(wanted)) == [found]


def test_a_status_is_found_with_the_other_filters(connected, lists, add, number, project):
    ended, _ = add(), add()
    connected.records.end(ended, {"status": "failed"})
    for wanted in ({"project": project}, {"work_item_id": number}):
        assert ids(lists.matching(RunQuery(status="failed", **wanted))) == [ended]


def test_runs_that_go_on_are_looked_for_only_as_far_back_as_one_is_active(
    connected, lists, add, project, reads
):
    for key, owner in connected.records.held(ACTIVE).items():
        connected.records.release([Claim(ACTIVE, key)], owner)
    wanted = RunQuery(status="queued", project=project)
    assert ids(lists.matching(wanted)) == []
    assert reads == []
    _, active, newer = (add(day=day) for day in ("2025-11-15", "2026-02-01", "2026-03-31"))
    connected.records.take(Claim(ACTIVE, active), active)
    assert ids(lists.matching(wanted)) == [newer, active]
    assert [page["RowKey le"] for page in reads] == [active]


def test_a_small_part_is_filled_however_many_runs_the_status_leaves_out(lists, add, number, reads, connected):
    runs = sorted(add() for _ in range(MAX_PAGES + 2))
    for run_id in (runs[0], runs[1], runs[-1]):
        connected.records.end(run_id, {"status": "failed"})
    parts = whole(lists, work_item_id=number, status="failed", top=1)
    assert [ids(part) for part in parts] == [[runs[0]], [runs[1]], [runs[-1]]]
    assert len(reads) == 5  # each part, and after which entry the next one begins


def test_no_more_records_are_read_than_a_part_needs(lists, add, number, connected, monkeypatch):
    read, get = [], RunRecords.get
    monkeypatch.setattr(RunRecords, "get", lambda self, run_id: read.append(run_id) or get(self, run_id))
    runs = sorted(add() for _ in range(BATCH + 2))
    assert ids(lists.matching(RunQuery(work_item_id=number, status="queued", top=1))) == runs[:1]
    assert sorted(read) == runs[:BATCH]


def test_a_part_costs_a_bounded_number_of_requests_even_if_it_finds_little(
    lists, add, number, reads, connected, monkeypatch
):
    monkeypatch.setattr(run_lists, "MIN_ENTRIES", 2)
    runs = sorted(add() for _ in range(2 * MAX_PAGES + 1))
    connected.records.end(runs[-1], {"status": "failed"})
    wanted = {"work_item_id": number, "status": "failed", "top": 1}
    first = lists.matching(RunQuery(**wanted))
    assert (ids(first), len(reads)) == ([], MAX_PAGES)
    second = lists.matching(RunQuery(**wanted, continuation_token=first.continuation_token))
    assert (ids(second), second.continuation_token) == ([runs[-1]], None)


def test_an_unfiltered_list_is_one_request(lists, add, reads):
    newest = add(day="2200-01-01")  # newer than those of other tests
    assert ids(lists.matching(RunQuery(top=1))) == [newest]
    assert len(reads) == 1


def test_a_run_whose_writer_died_before_its_record_is_in_no_list_and_is_written_later(
    connected, lists, add, number, project
):
    known, unwritten = add(), run(organization="contoso", project=project, work_item_id=number)
    columns = name_columns(unwritten.request)
    assert connected.tables.insert(RUNS, item_partition(number), unwritten.id, columns)
    assert ids(lists.of_work_item("contoso", number, 50)) == [known]
    assert [ids(part) for part in whole(lists, work_item_id=number, top=1)][-1] == [known]
    connected.records.add(unwritten)
    assert set(ids(lists.of_work_item("contoso", number, 50))) == {known, unwritten.id}


def test_a_run_without_a_work_item_is_in_the_lists_of_its_project(lists, add, project):
    assert ids(lists.matching(RunQuery(project=project))) == []
    run_id = add(work_item_id=None, user_prompt="x")
    assert ids(lists.matching(RunQuery(project=project))) == [run_id]


@pytest.mark.parametrize(
    "text", ["x", "e30", "é", "Zm9v", base64.urlsafe_b64encode(b'["a", "b\\n"]').decode(), token_of({})]
)
def test_a_continuation_token_that_no_list_has_given_is_refused(text):
    query, problems = read_query(RunQuery, {"continuationToken": text})
    assert (query, problems) == (None, ("continuationToken is not valid",))


def test_a_continuation_token_is_made_for_an_address():
    assert token_of({"NextPartitionKey": "1!8!" + "x?~" * 9}).replace("-", "").replace("_", "").isalnum()
