"""What an activity that fails says in the log: whose it is, and why."""

import logging
from types import SimpleNamespace

import pytest

from activities import activity
from autocoder import wire
from autocoder.errors import Transient
from autocoder.ids import key, new_run_id
from autocoder.models import Run, RunReport
from autocoder.requests.delivery import Delivery
from autocoder.requests.service_hook import RunTrigger
from tests.activities.conftest import run

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

    monkeypatch.setattr(activity, "clients", lambda: SimpleNamespace(settings=None, redact=str))
    with caplog.at_level(logging.WARNING, "autocoder.activities"):
        assert "again" in activity._answered(take, kind, wire.dump(given))
    assert named in caplog.text
