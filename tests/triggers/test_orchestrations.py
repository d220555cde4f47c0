"""Starting the orchestration of a run, and hinting to one that may have ended meanwhile."""

import pytest

from activities.parts import orchestrations
from activities.parts.orchestrations import PAUSES_SECONDS, hint, start_run_agent
from autocoder.errors import Transient

RUN = "a" * 20
TAKEN = f"Instance with ID {RUN} already exists."
ENDED = ["Instance with ID run is gone: either completed or failed", "No instance with ID run found."]
BROKEN = ["Webhook returned unrecognized status code 500", "else"]


class Client:
    """A durable client whose calls raise exceptions with these messages, one after the other."""

    def __init__(self, *starts, event=None):
        self.starts, self.event = list(starts), event
        self.started, self.raised = [], []

    async def start_new(self, name, instance, given):
        self.started.append((name, instance, given))
        if self.starts and (problem := self.starts.pop(0)):
            raise Exception(problem)  # as the SDK does

    async def raise_event(self, instance, name, data):
        self.raised.append((instance, name, data))
        if self.event:
            raise Exception(self.event)


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch):
    monkeypatch.setattr(orchestrations, "PAUSES_SECONDS", (0.0,) * len(PAUSES_SECONDS))


async def test_a_start_carries_the_id_of_the_run_and_nothing_else():
    client = Client()
    assert await start_run_agent(client, RUN)
    assert client.started == [("run_agent", RUN, RUN)]


async def test_a_start_that_meets_a_live_orchestration_is_left_to_it():
    client = Client(TAKEN)
    assert not await start_run_agent(client, RUN)
    assert len(client.started) == 1


async def test_a_start_is_repeated_while_the_orchestration_ends():
    client = Client(TAKEN, TAKEN)
    assert await start_run_agent(client, RUN, lambda: False)
    assert len(client.started) == 3


async def test_a_start_is_not_repeated_once_the_run_has_moved():
    moved = iter([False, True])
    client = Client(*[TAKEN] * 20)
    assert not await start_run_agent(client, RUN, lambda: next(moved))
    assert len(client.started) == 2


async def test_a_start_that_is_refused_for_seconds_is_left_to_the_janitor():
    client = Client(*[TAKEN] * 20)
    assert not await start_run_agent(client, RUN, lambda: False)
    assert len(client.started) == len(PAUSES_SECONDS) + 1


@pytest.mark.parametrize("problem", BROKEN)
async def test_a_start_without_an_answer_is_transient(problem):
    with pytest.raises(Transient):
        await start_run_agent(Client(problem), RUN)


async def test_a_hint_is_an_event_without_content():
    client = Client()
    await hint(client, RUN)
    assert (client.raised, client.started) == ([(RUN, "look", {})], [])


@pytest.mark.parametrize("problem", ENDED)
async def test_a_hint_to_a_run_without_an_orchestration_starts_one(problem):
    client = Client(event=problem)
    await hint(client, RUN)
    assert client.started == [("run_agent", RUN, RUN)]


@pytest.mark.parametrize("problem", ENDED)
async def test_two_hints_at_once_start_one_orchestration(problem):
    await hint(Client(TAKEN, event=problem), RUN)


@pytest.mark.parametrize("problem", BROKEN)
async def test_a_hint_that_is_not_accepted_is_transient(problem):
    with pytest.raises(Transient):
        await hint(Client(event=problem), RUN)
