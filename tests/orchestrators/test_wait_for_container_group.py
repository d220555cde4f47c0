"""The polling's own deadline, which holds whatever the containers do."""

import datetime as dt

import pytest

from autocoder import models as m
from autocoder import wire
from orchestrators.wait_for_container_group import CONFIRMING_PAUSES, POLLS_PER_GENERATION, PollingState
from tests.orchestrators.conftest import plan, value

WORKING = [value(m.GroupVerdict(state="working"))]
STARTING = [value(m.GroupVerdict(state="starting"))]


def watch(of, minutes_ago, looks=0):
    since = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=minutes_ago)
    return PollingState(plan=plan(of.run), looks=looks, since=since.isoformat())


def seen(of):
    ended = of.host.ended(of.run.id)
    assert ended["runtimeStatus"] == "Completed", ended
    return wire.load(m.GroupVerdict, ended["output"])


def test_the_deadline_is_the_budget_and_the_time_to_start_and_to_collect(flow):
    late = flow()  # 30 minutes of work, 30 to start, 10 to collect
    late.begin("wait_for_container_group", watch(late, 70.1), get_container_group=WORKING)
    found = seen(late)
    assert found.state == "late"


def test_before_the_deadline_it_continues_polling_and_keeps_its_start(flow):
    early = flow()
    early.begin("wait_for_container_group", watch(early, 69, looks=4), get_container_group=WORKING)
    early.called("get_container_group", POLLS_PER_GENERATION + 2)  # it has continued as new meanwhile
    status = early.host.status(early.run.id)
    assert status["runtimeStatus"] == "Running"
    early.host.hub("POST", f"/instances/{early.run.id}/terminate", params={"reason": "seen enough"})


@pytest.mark.parametrize(("minutes", "state"), [(31, "failed"), (29, "working")])
def test_a_group_that_does_not_start_has_an_earlier_deadline(flow, minutes, state):
    waiting = flow()
    replies = [*STARTING, value(m.GroupVerdict(state="ended", reason="it did", final=True))]
    waiting.begin("wait_for_container_group", watch(waiting, minutes), get_container_group=replies)
    found = seen(waiting)
    assert found.state == (state if state == "failed" else "ended")
    assert state != "failed" or "PROVISIONING_MINUTES" in found.reason


@pytest.mark.parametrize("state", ["gone", "ended", "failed"])
def test_one_look_does_not_end_a_run_that_goes_on(flow, state):
    moved = flow()
    once = value(m.GroupVerdict(state=state, reason="once"))
    end = value(m.GroupVerdict(state="ended", reason="at last", final=True))
    moved.begin("wait_for_container_group", watch(moved, 1), get_container_group=[once, once, *WORKING, end])
    assert seen(moved).reason == "at last"


@pytest.mark.parametrize("state", ["gone", "ended", "failed"])
def test_an_end_that_further_looks_confirm_is_the_end(flow, state):
    over = flow()
    end = value(m.GroupVerdict(state=state, reason="seen"))
    over.begin("wait_for_container_group", watch(over, 1), get_container_group=[end])
    assert (seen(over).state, seen(over).reason) == (state, "seen")
    over.called("get_container_group", len(CONFIRMING_PAUSES) + 1)


def test_a_group_that_does_not_start_is_reported_with_azures_last_events(flow):
    waiting = flow()
    pulling = [value(m.GroupVerdict(state="starting", reason="Failed to pull image x"))]
    waiting.begin("wait_for_container_group", watch(waiting, 31), get_container_group=pulling)
    assert "Azure's last events: Failed to pull image x" in seen(waiting).reason
