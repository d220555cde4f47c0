"""The places for runs that work at the same time, and the order in which runs get them."""

import random
import threading
from types import SimpleNamespace

import pytest

from activities.parts.preparing.slot import claim_slot
from activities.parts.run_end import end_run
from autocoder.clients.places import Places
from autocoder.ids import new_run_id
from autocoder.models import Requester, Run, RunReport, RunRequest
from autocoder.runs.claims import ACTIVE, PLACES
from autocoder.runs.places import Limits, ticket_of
from autocoder.runs.rows import CLAIMS
from tests.autocoder.clients.conftest import storage  # noqa: F401

MOMENT = 1_800_000_000_000  # milliseconds


class Queue:
    """The real rows, with what was started."""

    def __init__(self, tables, records):
        self.tables, self.records, self.started, self.number = tables, records, [], 0
        self.limit(2)

    def limit(self, runs, **caps):
        """Let the app have these limits from now on."""
        self.places = Places(self.tables, self.records, Limits(runs, **caps))

    def queued(self, project="Web", repository="app", number=None):
        """A run that was asked for after the others, or as the *number*-th."""
        self.number += 1
        request = RunRequest(
            user_prompt="x",
            organization="contoso",
            project=project,
            repository=repository,
            requester=Requester(),
        )
        run_id = new_run_id(MOMENT + (self.number if number is None else number))
        run = Run(id=run_id, request=request, title="", queued_at="2026-01-01T00:00:00Z")
        self.records.add(run)
        return run

    def claim(self, run):
        return claim_slot(self.connected, run, self.started.append)

    def finish(self, run):
        """End *run*; returns the runs that were started for it."""
        started = list(end_run(self.connected, RunReport(run=run, outcome="completed", title="")))
        self.started += started
        return started

    @property
    def connected(self):
        return SimpleNamespace(records=self.records, places=self.places)

    def row(self, run):
        return self.records.get(run.id)

    def held(self):
        """The ids of the runs that have a place."""
        return {ticket.run_id for ticket in self.places._look().held}

    def tickets(self):
        return [ticket.run_id for ticket in self.places._look().tickets]


@pytest.fixture
def queue(storage):  # noqa: F811
    connected = storage.clients()
    for kind in (PLACES, ACTIVE):
        for row in connected.tables.query(CLAIMS, kind, {}):
            connected.tables.delete(CLAIMS, kind, row["RowKey"])
    return Queue(connected.tables, connected.records)


def test_runs_take_the_places_that_there_are_and_say_how_many_wait(queue):
    runs = [queue.queued() for _ in range(5)]
    slots = [queue.claim(run) for run in runs]
    assert [slot.granted for slot in slots] == [True, True, False, False, False]
    assert [slot.before for slot in slots[2:]] == [0, 1, 2]
    assert queue.row(runs[2])["reason"] == "Waiting for a place, and next in line."
    assert queue.row(runs[3])["reason"] == "Waiting for a place, behind 1 other run."
    assert queue.row(runs[4])["reason"] == "Waiting for a place, behind 2 other runs."


def test_a_run_that_waits_says_for_what_and_since_when_until_it_has_its_place(queue):
    first, second, third = (queue.queued() for _ in range(3))
    for run in (first, second, third, third):
        queue.claim(run)
    waits = queue.row(third)
    assert (waits["status"], waits["waiting_for"], waits["seen"]) == ("queued", "place", True)
    assert waits["waiting_since"] > waits["queued_at"]
    queue.claim(third)
    assert queue.row(third)["waiting_since"] == waits["waiting_since"]
    assert queue.finish(first) == [third.id]
    assert queue.claim(third).granted
    goes_on = queue.row(third)
    assert (goes_on["status"], goes_on["waiting_for"], goes_on["reason"]) == ("preparing", "", "")
    assert queue.tickets() == []


def test_a_place_goes_to_the_earliest_request_whichever_looked_first(queue):
    first, second = queue.queued(number=1), queue.queued(number=2)
    latest, earliest = queue.queued(number=4), queue.queued(number=3)
    for run in (first, second, latest, earliest):
        queue.claim(run)
    assert queue.row(latest)["reason"] == "Waiting for a place, and next in line."
    assert queue.finish(second) == [earliest.id]
    assert queue.finish(first) == [latest.id]


def test_a_place_that_comes_free_is_never_free_for_a_run_that_has_just_come(queue):
    runs = [queue.queued() for _ in range(4)]
    for run in runs:
        queue.claim(run)
    assert queue.finish(runs[0]) == [runs[2].id]
    assert not queue.claim(queue.queued()).granted
    assert not queue.claim(runs[3]).granted
    assert queue.claim(runs[2]).granted


def test_a_place_that_nobody_waits_for_is_free(queue):
    first, second, third = (queue.queued() for _ in range(3))
    queue.claim(first)
    queue.claim(second)
    assert queue.finish(first) == []
    assert queue.claim(third).granted
    assert queue.held() == {second.id, third.id}


def test_the_end_of_a_run_that_is_recorded_twice_starts_the_next_one_again_until_it_has_come(queue):
    first, second, third, fourth = (queue.queued() for _ in range(4))
    for run in (first, second, third, fourth):
        queue.claim(run)
    assert queue.finish(first) == [third.id]
    assert queue.finish(first) == [third.id]  # the worker died before the first start
    queue.claim(third)
    assert queue.finish(first) == []
    assert queue.held() == {second.id, third.id}


def test_a_run_that_is_cancelled_while_it_waits_leaves_its_ticket_and_holds_nobody_up(queue):
    runs = [queue.queued() for _ in range(4)]
    for run in runs:
        queue.claim(run)
    queue.records.request_cancel(runs[2].id)
    assert queue.claim(runs[2]).cancelled
    assert queue.finish(runs[2]) == []
    assert queue.finish(runs[0]) == [runs[3].id]


def test_a_run_that_is_cancelled_while_it_is_prepared_was_not_queued_any_more(queue):
    run = queue.queued()
    assert queue.claim(run).granted
    queue.records.request_cancel(run.id)
    assert queue.claim(run).cancelled == "The run was cancelled before its containers were started."


def test_a_place_is_passed_on_from_a_run_that_has_ended_by_the_time_it_gets_one(queue):
    runs = [queue.queued() for _ in range(4)]
    for run in runs:
        queue.claim(run)
    queue.records.end(runs[2].id, {"status": "failed"})  # and its worker died
    assert queue.finish(runs[0]) == [runs[3].id]
    assert queue.held() == {runs[1].id, runs[3].id}
    assert queue.tickets() == [runs[3].id]


@pytest.mark.parametrize("status", ["completed", "failed", "cancelled"])
def test_a_run_that_has_ended_takes_neither_a_place_nor_a_ticket(queue, status):
    run = queue.queued()
    queue.records.end(run.id, {"status": status})
    assert queue.claim(run).cancelled
    assert (queue.held(), queue.tickets()) == (set(), [])


def test_a_run_that_ends_while_it_takes_a_place_passes_it_on(queue, monkeypatch):
    late, waits, take = queue.queued(), queue.queued(), Places.take_place
    queue.limit(1)

    def take_late(places, run):
        turn = take(places, run)
        if run == late:
            queue.claim(waits)
            queue.records.end(late.id, {"status": "cancelled"})
        return turn

    monkeypatch.setattr(Places, "take_place", take_late)
    assert queue.claim(late).cancelled
    assert (queue.held(), queue.started) == ({waits.id}, [waits.id])


def test_a_run_that_ends_while_it_begins_to_wait_leaves_no_ticket(queue, monkeypatch):
    first, late, take = queue.queued(), queue.queued(), Places.take_place
    queue.limit(1)
    queue.claim(first)

    def take_late(places, run):
        turn = take(places, run)
        queue.records.end(late.id, {"status": "cancelled"})
        return turn

    monkeypatch.setattr(Places, "take_place", take_late)
    assert queue.claim(late).cancelled
    assert (queue.held(), queue.tickets()) == ({first.id}, [])


def test_a_run_that_is_given_a_place_while_it_begins_to_wait_goes_on_at_once(queue, monkeypatch):
    first, second, note = queue.queued(), queue.queued(), type(queue.records).note
    queue.limit(1)
    queue.claim(first)

    def note_late(records, *arguments):
        if not queue.started:
            queue.finish(first)
        return note(records, *arguments)

    monkeypatch.setattr(type(queue.records), "note", note_late)
    assert queue.claim(second).granted
    assert (queue.row(second)["status"], queue.row(second)["waiting_for"]) == ("preparing", "")


def test_many_calls_for_one_run_at_once_take_one_place(queue):
    run = queue.queued()
    queue.limit(10)
    calls = [threading.Thread(target=queue.claim, args=(run,)) for _ in range(8)]
    for call in calls:
        call.start()
    for call in calls:
        call.join()
    assert queue.held() == {run.id}
    queue.finish(run)
    assert (queue.held(), queue.tickets()) == (set(), [])


def test_runs_that_come_at_once_get_no_more_places_than_there_are(queue):
    runs = [queue.queued() for _ in range(12)]
    slots = {}
    calls = [
        threading.Thread(target=lambda run=run: slots.update({run.id: queue.claim(run)})) for run in runs
    ]
    for call in calls:
        call.start()
    for call in calls:
        call.join()
    assert len(slots) == len(runs)
    assert sum(slot.granted for slot in slots.values()) == len(queue.held()) <= 2


def test_the_row_has_room_for_as_many_places_as_there_can_be(queue):
    runs = [queue.queued(project="ß" * 64, repository="Ö" * 64) for _ in range(100)]
    queue.limit(100)
    assert queue.places._write(None, [ticket_of(run) for run in runs])
    assert queue.held() == {run.id for run in runs}


def test_fewer_places_than_before_count_all_runs_that_have_one(queue):
    queue.limit(4)
    runs = [queue.queued() for _ in range(6)]
    for run in runs:
        queue.claim(run)
    queue.limit(2)
    assert queue.finish(runs[0]) == []
    assert queue.finish(runs[1]) == []
    assert not queue.claim(runs[4]).granted
    assert queue.finish(runs[2]) == [runs[4].id]
    assert queue.held() == {runs[3].id, runs[4].id}


def test_a_run_of_a_project_that_has_its_cap_is_skipped_and_says_why(queue):
    queue.limit(3, of_project=1)
    web, waits, tools = queue.queued("Web"), queue.queued("WEB", "api"), queue.queued("Tools")
    assert queue.claim(web).granted
    assert not queue.claim(waits).granted
    assert queue.claim(tools).granted
    reason = "Waiting for a place: 1 run of project WEB is working already (MAX_RUNS_PER_PROJECT)."
    assert queue.row(waits)["reason"] == reason
    assert queue.finish(tools) == []
    assert queue.finish(web) == [waits.id]


def test_a_run_of_a_repository_that_has_its_cap_is_skipped_and_says_why(queue):
    queue.limit(3, of_project=3, of_repository=2)
    runs = [queue.queued() for _ in range(4)]
    other = queue.queued(repository="api")
    assert [queue.claim(run).granted for run in runs] == [True, True, False, False]
    assert queue.claim(other).granted
    assert queue.row(runs[3])["reason"] == (
        "Waiting for a place, behind 1 other run: "
        "2 runs of repository app are working already (MAX_RUNS_PER_REPOSITORY)."
    )
    assert queue.finish(other) == []
    assert queue.finish(runs[1]) == [runs[2].id]


def test_the_janitor_passes_on_the_places_of_runs_that_ended_and_removes_their_tickets(queue):
    runs = [queue.queued() for _ in range(5)]
    for run in runs:
        queue.claim(run)
    for run in (runs[0], runs[2]):
        queue.records.end(run.id, {"status": "failed"})
    assert queue.places.pass_on_places(()) == (runs[3].id,)
    assert queue.held() == {runs[1].id, runs[3].id}
    assert queue.tickets() == [runs[3].id, runs[4].id]
    assert queue.places.pass_on_places(()) == (runs[3].id,)  # until it has come
    assert queue.claim(runs[3]).granted
    assert queue.places.pass_on_places(()) == ()


def test_the_janitor_gives_the_places_that_a_higher_limit_brings(queue):
    runs = [queue.queued() for _ in range(4)]
    for run in runs:
        queue.claim(run)
    queue.limit(3)
    assert queue.places.pass_on_places(run.id for run in runs) == (runs[2].id,)


def test_the_janitor_tells_the_runs_that_wait_where_they_are_in_the_queue_now(queue):
    runs = [queue.queued() for _ in range(5)]
    for run in runs:
        queue.claim(run)
    assert queue.places.tell_turns() == 0
    queue.finish(runs[0])
    assert queue.places.tell_turns() == 2
    assert queue.row(runs[2])["reason"] == "Waiting for a place, and next in line."  # it has not come yet
    assert queue.row(runs[3])["reason"] == "Waiting for a place, and next in line."
    assert queue.row(runs[4])["reason"] == "Waiting for a place, behind 1 other run."


def test_in_any_order_of_looks_runs_begin_in_the_order_of_their_requests(queue):
    chance = random.Random(7)
    runs = [queue.queued() for _ in range(12)]
    at_work, given = [], []
    for run in runs:
        if queue.claim(run).granted:
            at_work.append(run)
    by_id = {run.id: run for run in runs}
    while at_work:
        given += queue.finish(at_work.pop(0))
        for run in chance.sample(runs, 3):  # a look that nobody asked for changes nothing
            if queue.row(run)["status"] == "queued" and run.id not in queue.held():
                assert not queue.claim(run).granted
        at_work += [
            by_id[run_id]
            for run_id in given
            if by_id[run_id] not in at_work and queue.row(by_id[run_id])["status"] == "queued"
        ]
        assert len(queue.held()) <= 2
    assert given == [run.id for run in runs[2:]]
    assert (queue.held(), queue.tickets()) == (set(), [])
