"""The lists of deliveries in the hub, and when one that failed is tried again."""

import datetime as dt
import logging
from dataclasses import dataclass, field
from types import SimpleNamespace

import pytest
from azure.durable_functions.models.DurableOrchestrationStatus import DurableOrchestrationStatus

from autocoder import wire
from autocoder.ids import delivery_instance, key, new_run_id
from autocoder.requests.delivery import Delivery
from autocoder.requests.service_hook import RunTrigger
from triggers.hooks import failed_deliveries
from triggers.hooks.failed_deliveries import restart_failed_deliveries
from triggers.hooks.hub import FAILED, PAGE, found_deliveries, record_of

DAYS = 30


def before_now(**span):
    return dt.datetime.now(dt.UTC).replace(microsecond=0) - dt.timedelta(**span)


@dataclass
class Hub:
    """A client of a hub that lists a page at most, as the real one does, and notes what is started."""

    instances: list = field(default_factory=list)
    started: list = field(default_factory=list)
    ended: list = field(default_factory=list)
    history: list = field(default_factory=list)

    async def get_status_by(self, since, until, statuses, prefix):
        found = [one for one in self.instances if since <= one.created_time <= until]
        assert all(one.instance_id.startswith(prefix) for one in found)
        return [one for one in found if one.runtime_status in statuses][:PAGE]

    async def get_status(self, instance, show_history):
        assert show_history
        (found,) = [one for one in self.instances if one.instance_id == instance]
        return SimpleNamespace(runtime_status=found.runtime_status, history=self.history)

    async def terminate(self, instance, reason):
        self.ended.append(instance)

    async def start_new(self, name, instance, given):
        assert name == "take_delivery"
        self.started.append((instance, wire.load(Delivery, given)))


def failed(number, *, minutes=1_440, received=None, tries=1, status="Failed", **more):
    """A delivery whose orchestration began, and ended, some *minutes* ago."""
    trigger = RunTrigger(
        delivery=key(number), organization="contoso", project="Web", work_item_id=number, content="c"
    )
    at = before_now(minutes=minutes)
    delivery = Delivery(
        trigger=trigger, run_id=new_run_id(), received_at=(received or at).isoformat(), tries=tries
    )
    return DurableOrchestrationStatus(
        instanceId=delivery_instance(delivery.id),
        createdTime=at.isoformat(),
        lastUpdatedTime=at.isoformat(),
        input=wire.dump(delivery),
        runtimeStatus=status,
        **more,
    )


@pytest.fixture(autouse=True)
def kept(monkeypatch):
    monkeypatch.setattr(failed_deliveries, "settings", lambda: SimpleNamespace(log_retention_days=DAYS))


@pytest.mark.parametrize("count", [0, 1, PAGE - 1, PAGE, 7 * PAGE + 3])
async def test_a_list_has_every_delivery_however_many_the_hub_lists_at_once(count):
    hub = Hub([failed(number, minutes=count - number) for number in range(count)])
    found = await found_deliveries(hub, FAILED, before_now(days=DAYS))
    assert [record_of(one).work_item_id for one in found] == list(range(count))


async def test_a_failed_delivery_is_started_again_with_its_own_id_and_run():
    one = failed(1, tries=2)
    hub = Hub([one])
    assert await restart_failed_deliveries(hub) == 1
    ((instance, delivery),) = hub.started
    assert instance == one.instance_id
    before = wire.load(Delivery, one.input_)
    assert delivery == before.model_copy(update={"tries": 3})


@pytest.mark.parametrize(
    ("tries", "minutes", "is_due"), [(1, 0, False), (1, 2, True), (3, 3, False), (3, 5, True), (60, 61, True)]
)
async def test_the_pause_before_the_next_try_doubles_up_to_an_hour(tries, minutes, is_due):
    hub = Hub([failed(1, tries=tries, minutes=minutes)])
    assert await restart_failed_deliveries(hub) == is_due


async def test_a_delivery_older_than_the_retention_is_not_tried_again():
    hub = Hub([failed(1, received=before_now(days=DAYS + 1))])
    assert await restart_failed_deliveries(hub) == 0


@pytest.mark.parametrize(("tries", "is_reported"), [(4, False), (5, True), (9, True)])
async def test_a_delivery_that_keeps_failing_is_reported(caplog, tries, is_reported):
    one = failed(7, tries=tries, customStatus="Table Storage said no.")
    with caplog.at_level(logging.ERROR, "autocoder.triggers"):
        await restart_failed_deliveries(Hub([one]))
    assert ("work item 7 failed" in caplog.text) is is_reported
    assert ("Table Storage said no." in caplog.text) is is_reported


async def test_a_delivery_whose_orchestration_stands_still_is_ended_and_then_started_again(caplog):
    one = failed(7, minutes=30, status="Running")
    hub = Hub([one])
    assert await restart_failed_deliveries(hub) == 0
    assert hub.ended == [one.instance_id]
    assert wire.load(Delivery, one.input_).id in caplog.text
    hub.instances = [failed(7, minutes=30, status="Terminated")]
    assert await restart_failed_deliveries(hub) == 1


@pytest.mark.parametrize(
    ("minutes", "event"),  # whose times are minutes ago
    [
        (30, {"EventType": "TaskScheduled", "Timestamp": 20}),
        (30, {"EventType": "TimerCreated", "FireAt": -1}),
        (2, {}),
    ],
    ids=["an activity under way", "a timer that is not due", "it has just begun"],
)
async def test_a_delivery_that_is_being_taken_is_left_alone(minutes, event):
    times = {name: before_now(minutes=ago).isoformat() for name, ago in event.items() if name != "EventType"}
    history = [{**event, **times}] if event else []
    hub = Hub([failed(1, minutes=minutes, status="Running")], history=history)
    assert await restart_failed_deliveries(hub) == 0
    assert hub.ended == []


@pytest.mark.parametrize(("minutes", "is_said"), [(2, False), (30, True)])
async def test_a_delivery_that_does_not_begin_is_named(caplog, minutes, is_said):
    one = failed(1, minutes=minutes, status="Pending")
    hub = Hub([one])
    assert await restart_failed_deliveries(hub) == 0
    assert (wire.load(Delivery, one.input_).id in caplog.text) is is_said
    assert (hub.started, hub.ended) == ([], [])


def test_a_delivery_that_ended_without_a_word_points_to_the_log():
    record = record_of(failed(1, status="Terminated"))
    assert record.status == "failed"
    assert "log" in record.reason


def test_what_another_version_added_is_ignored():
    one = failed(1, status="Completed", output={"status": "started", "runId": new_run_id(), "later": 1})
    one._input = {**one.input_, "later": 1, "trigger": {**one.input_["trigger"], "later": 1}}
    assert record_of(one).status == "started"
