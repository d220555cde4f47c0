"""The places for runs that work at the same time, and the order in which runs get them."""

import random
from types import SimpleNamespace

import pytest

from activities import claim_slot as module
from activities.claim_slot import TICKET, claim_slot
from autocoder.ids import new_run_id
from autocoder.models import Requester, Run, RunRequest
from autocoder.runs.claims import SLOT
from tests.autocoder.clients.conftest import storage  # noqa: F401

PLACES = 2
MOMENT = 1_800_000_000_000  # milliseconds


@pytest.fixture
def records(storage, monkeypatch):  # noqa: F811
    found = storage.clients().records
    found.release_all((SLOT,), "")
    for key, owner in found.held(SLOT).items():
        found.release([module.Claim(SLOT, key)], owner)
    monkeypatch.setattr(module, "clients", lambda: SimpleNamespace(records=found))
    monkeypatch.setattr(module, "settings", lambda: SimpleNamespace(max_concurrent_runs=PLACES))
    return found


def queued(records, number):
    """A run that was asked for as the *number*-th."""
    request = RunRequest(
        user_prompt="x", organization="contoso", project="Web", repository="app", requester=Requester()
    )
    run = Run(id=new_run_id(MOMENT + number), request=request, title="", queued_at="2026-01-01T00:00:00Z")
    records.add(run)
    return run


def end(records, run):
    records.end(run.id, {"status": "completed"})
    records.release_all((SLOT,), run.id)


def test_runs_take_the_places_that_there_are_and_say_how_many_wait(records):
    runs = [queued(records, number) for number in range(5)]
    slots = [claim_slot.run(run) for run in runs]
    assert [slot.granted for slot in slots] == [True, True, False, False, False]
    assert [slot.before for slot in slots[2:]] == [0, 1, 2]
    assert records.get(runs[4].id)["reason"] == "Waiting for a place, behind 2 other runs."


def test_a_free_place_goes_to_the_earliest_run_that_waits(records):
    runs = [queued(records, number) for number in range(5)]
    for run in runs:
        claim_slot.run(run)
    end(records, runs[0])
    assert not claim_slot.run(runs[4]).granted
    assert not claim_slot.run(queued(records, 9)).granted  # not even one that has just come
    assert not claim_slot.run(runs[3]).granted
    assert claim_slot.run(runs[2]).granted
    assert "reason" not in records.get(runs[2].id) or not records.get(runs[2].id)["reason"]


def test_a_run_that_waits_says_how_many_are_before_it_now(records):
    runs = [queued(records, number) for number in range(5)]
    for run in runs:
        claim_slot.run(run)
    for first, said in ((2, "behind 1 other run"), (3, "and next in line")):
        end(records, runs[first - PLACES])
        assert claim_slot.run(runs[first]).granted
        claim_slot.run(runs[4])
        assert records.get(runs[4].id)["reason"] == f"Waiting for a place, {said}."


def test_a_row_that_was_read_before_the_end_gives_no_place(records, monkeypatch):
    run = queued(records, 1)
    records.enter(run.id, "running", {})
    held = type(records).held

    def held_late(self, kind):
        self.end(run.id, {"status": "completed"})
        return held(self, kind)

    row = records.get(run.id)
    monkeypatch.setattr(type(records), "held", held_late)
    monkeypatch.setattr(module, "in_parallel", lambda *calls: (row, *(call() for call in calls[1:])))
    assert claim_slot.run(run).cancelled
    monkeypatch.undo()
    assert run.id not in records.held(SLOT).values()


def test_a_run_that_was_cancelled_while_it_waited_holds_nobody_up(records):
    runs = [queued(records, number) for number in range(4)]
    for run in runs:
        claim_slot.run(run)
    end(records, runs[2])
    end(records, runs[0])
    assert claim_slot.run(runs[3]).granted


@pytest.mark.parametrize("status", ["completed", "failed", "cancelled"])
def test_a_run_that_has_ended_takes_neither_a_place_nor_a_ticket(records, status):
    run = queued(records, 1)
    records.end(run.id, {"status": status})
    assert claim_slot.run(run).cancelled
    assert records.held(SLOT) == {}


def test_a_run_that_ends_while_it_takes_a_place_or_a_ticket_gives_it_back(records, monkeypatch):
    for number in range(PLACES + 1):
        run = queued(records, number)
        take = type(records).take

        def take_late(self, claim, run_id, run=run, take=take):
            taken = take(self, claim, run_id)
            self.end(run.id, {"status": "cancelled"})
            return taken

        with monkeypatch.context() as late:
            late.setattr(type(records), "take", take_late)
            assert claim_slot.run(run).cancelled
        assert run.id not in records.held(SLOT).values()
        claim_slot.run(queued(records, 100 + number))


def test_in_any_order_of_looks_runs_that_wait_begin_in_the_order_of_their_requests(records):
    chance = random.Random(7)
    runs = [queued(records, number) for number in range(12)]
    waiting, at_work, begun = list(runs), [], []
    for run in runs:  # each looks once, in order, and the rest leave tickets
        if claim_slot.run(run).granted:
            waiting.remove(run)
            at_work.append(run)
    while waiting:
        if at_work and chance.random() < 0.4:
            end(records, at_work.pop(0))
        run = chance.choice(waiting)
        if claim_slot.run(run).granted:
            assert claim_slot.run(run).granted  # a repeat of the activity
            begun.append(run)
            waiting.remove(run)
            at_work.append(run)
        assert len(at_work) <= PLACES
    order = [runs.index(run) for run in begun]
    assert all(abs(place - number) < PLACES for number, place in enumerate(order, PLACES)), order
    assert not any(key.startswith(TICKET) for key in records.held(SLOT))
