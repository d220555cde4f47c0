"""What an activity that fails says in the log: whose it is, and why."""

import asyncio
import logging
from types import SimpleNamespace

import azure.durable_functions as df
import pytest

from activities import activity
from autocoder import wire
from autocoder.errors import Transient
from autocoder.ids import key, new_run_id
from autocoder.models import Run, RunReport
from autocoder.requests.delivery import Delivery
from autocoder.requests.service_hook import RunTrigger
from emulators.functions_host.durable.management.management_urls import ManagementUrls
from tests.activities.conftest import run

CLIENT = ManagementUrls("http://127.0.0.1", "hub", "key").client_binding()
DOWN = SimpleNamespace(settings=None, redact=str)
TRIGGER = RunTrigger(delivery=key(1), organization="contoso", project="Web", work_item_id=1, content="c")
DELIVERY = Delivery(trigger=TRIGGER, run_id=new_run_id(), received_at="2026-01-01T00:00:00Z")


@pytest.mark.parametrize(
    ("kind", "given", "named"),
    [
        (Delivery, DELIVERY, f"delivery {DELIVERY.id}: take"),
        (str, run().id, f"run {run().id}: take"),
        (Run, run(), f"run {run().id}: take"),
        (RunReport, RunReport(run=run(), outcome="failed"), f"run {run().id}: take"),
    ],
    ids=["a delivery", "an id", "a run", "a report"],
)
def test_a_failure_names_what_it_is_about(monkeypatch, caplog, kind, given, named):
    def take(_):
        raise Transient("Storage is away.")

    monkeypatch.setattr(activity, "clients", lambda: DOWN)
    with caplog.at_level(logging.WARNING, "autocoder.activities"):
        assert "again" in activity._answered(take, kind, wire.dump(given))
    assert named in caplog.text


async def test_an_extension_that_does_not_answer_in_time_is_asked_again(monkeypatch):
    async def wait(*_):
        await asyncio.sleep(60)

    def pass_on(run_id: str, start: activity.Start) -> None:
        start(run_id)

    monkeypatch.setattr(activity, "clients", lambda: DOWN)
    monkeypatch.setattr(activity, "START_SECONDS", 0.01)
    monkeypatch.setattr(activity, "start_run_agent", wait)
    app = df.DFApp()
    app.register_functions(activity.activity(pass_on).blueprint)
    (function,) = app.get_functions()
    answer = await function.get_user_function()(payload=new_run_id(), client=CLIENT)
    assert "could not be started in time" in answer["again"]["reason"]
