"""What activities that are executed late, or once more, do to the phase of a run and to its reason."""

import contextlib
import time
from functools import partial
from types import SimpleNamespace

import pytest

from activities import create_container_group
from activities.parts import branch_push, container_group_look
from autocoder.container_groups.state import GroupState
from autocoder.errors import RetryLater
from autocoder.ids import new_run_id
from autocoder.models import AgentResult, Progress
from tests.activities.conftest import run
from tests.autocoder.clients.conftest import storage  # noqa: F401


@pytest.fixture
def records(storage):  # noqa: F811
    return storage.clients().records


@pytest.fixture
def plan(records):
    """The plan of a run of a prompt, so that there is no comment."""
    request = run(work_item_id=None, user_prompt="x")
    found = SimpleNamespace(run=request.model_copy(update={"id": new_run_id()}))
    records.add(found.run)
    return found


def launched(plan):
    return create_container_group.create_container_group.run(SimpleNamespace(plan=plan, row=None))


def progress(phase):
    return Progress.model_validate({"phase": phase, "updatedAt": "2026-01-01T00:00:00Z"})


def test_late_news_of_an_earlier_phase_change_nothing(records, plan):
    connected = SimpleNamespace(records=records, redact=str)
    row = records.enter(plan.run.id, "provisioning", {})  # as a look that is late has read it
    for phase in ("running", "verifying", "running"):
        container_group_look._tell_progress(connected, plan, row, progress(phase))
    row = records.get(plan.run.id)
    assert row["status"] == "verifying"
    assert row["phase_running"] <= row["phase_verifying"]


@pytest.mark.parametrize("is_given", [True, False])
def test_the_phases_of_a_run_keep_their_times_when_it_publishes_once_more(records, plan, is_given):
    records.enter(plan.run.id, "provisioning", {})
    seen = records.get(plan.run.id)  # what a publishing that is repeated was given each time
    work = AgentResult(
        run_id=plan.run.id, outcome="changed", base_commit="1" * 40, seconds={"agent": 0.0, "verify": 0.0}
    )

    def publish():
        columns = partial(branch_push._columns, work)
        row = records.begin_publishing(plan.run.id, columns, seen if is_given else None)
        return {name: value for name, value in row.items() if name.startswith("phase_")}

    first = publish()
    time.sleep(0.01)  # the columns have milliseconds
    assert publish() == first
    assert {"phase_running", "phase_verifying", "phase_publishing"} <= first.keys()


def test_a_group_that_exists_already_waits_for_nothing(records, plan, monkeypatch):
    records.enter(plan.run.id, "provisioning", {"reason": "Waiting: no quota is left."})
    containers = SimpleNamespace(get_group=lambda _: GroupState(provisioning_state="Creating"))
    connected = SimpleNamespace(records=records, containers=containers)
    monkeypatch.setattr(create_container_group, "clients", lambda: connected)
    assert launched(plan) is None
    assert records.get(plan.run.id)["reason"] == ""


def test_a_group_whose_maker_died_before_it_was_noted_counts_as_a_launch(records, plan, monkeypatch):
    records.enter(plan.run.id, "provisioning", {"launches": 2, "launched_at": ""})
    containers = SimpleNamespace(get_group=lambda _: GroupState(provisioning_state="Creating"))
    connected = SimpleNamespace(records=records, containers=containers)
    monkeypatch.setattr(create_container_group, "clients", lambda: connected)
    for _ in range(2):  # a repeat counts nothing
        assert launched(plan) is None
        assert records.get(plan.run.id)["launches"] == 3


@pytest.mark.parametrize(("launched_at", "deleted"), [("", ["autocoder-"]), ("2026-01-01T00:00:00Z", [])])
def test_a_group_that_failed_is_deleted_only_before_it_was_launched(
    records, plan, monkeypatch, launched_at, deleted
):
    records.merge(plan.run.id, {"launched_at": launched_at})
    gone = []
    containers = SimpleNamespace(
        get_group=lambda _: GroupState(provisioning_state="Failed"), delete_group=gone.append
    )
    connected = SimpleNamespace(records=records, containers=containers)
    monkeypatch.setattr(create_container_group, "clients", lambda: connected)
    with contextlib.suppress(RetryLater):
        assert launched(plan) is None
    assert [name[:10] for name in gone] == deleted
