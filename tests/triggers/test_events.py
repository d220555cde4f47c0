"""Raising events for orchestrations that may have ended meanwhile."""

import pytest

from autocoder.errors import Transient
from triggers.events import raise_event


class Client:
    """A durable client that raises an exception with this message, if any."""

    def __init__(self, problem=None):
        self.problem, self.raised = problem, []

    async def raise_event(self, instance, name, data):
        self.raised.append((instance, name, data))
        if self.problem:
            raise Exception(self.problem)  # as the SDK does


async def test_raises_the_event():
    client = Client()
    await raise_event(client, "run", "Cancel")
    assert client.raised == [("run", "Cancel", {})]


@pytest.mark.parametrize(
    "problem", ["Instance with ID run is gone: either completed or failed", "No instance with ID run found."]
)
async def test_an_orchestration_that_has_ended_needs_no_event(problem):
    await raise_event(Client(problem), "run", "Cancel")


@pytest.mark.parametrize("problem", ["Webhook returned unrecognized status code 500", "else"])
async def test_any_other_failure_is_transient(problem):
    with pytest.raises(Transient):
        await raise_event(Client(problem), "run", "Cancel")
