"""A round that lets runs go on: what it does for a run depends on its row and on its orchestration."""

import asyncio
import datetime as dt
import logging
import math
from types import SimpleNamespace

import pytest
from azure.durable_functions.models import OrchestrationRuntimeStatus as Status

from activities.parts import orchestrations
from activities.parts.orchestrations import ENDED
from autocoder import wire
from autocoder.models import RunReport
from autocoder.rounds import WholeRun
from autocoder.runs.claims import ACTIVE, Claim
from autocoder.runs.partitions import partition_of
from autocoder.runs.rows import PLACE, RUNS, SERVICE
from autocoder.runs.version import orchestration_version
from tests.orchestrators.conftest import run
from triggers.timers import resume_runs
from triggers.timers.restarts import GOES_ON, MAX_PAUSE_MINUTES, MAX_RESTARTS, STOOD_STILL
from triggers.timers.resume_runs import pass_on_places, resume_unfinished, start_woken

MISMATCH = "VersionMismatch: the orchestration version '0.9' does not match the worker's version '1.0'."
GONE = "Instance with ID run is gone: either completed or failed"


def moment(minutes):
    return (dt.datetime.now(dt.UTC) + dt.timedelta(minutes=minutes)).isoformat(timespec="milliseconds")


class Client:
    """A durable client with one instance: its status, its output, its age and its history."""

    def __init__(self):
        self.did, self.broken_for, self.refuses = [], "", math.inf
        self.has(None)  # the SDK's answer for an instance that is not there

    def has(self, status, output=None, minutes_ago=0, history=None):
        updated = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=minutes_ago)
        self.instance = SimpleNamespace(
            runtime_status=status, output=output, last_updated_time=updated, history=history
        )

    async def get_status(self, run_id, show_history=False):
        if run_id == self.broken_for:
            raise ValueError("the extension does not answer")
        return self.instance

    async def start_new(self, name, instance, given):
        self.did.append(("start", instance))
        if self.instance.runtime_status not in (None, *ENDED) and self.refuses > 0:
            self.refuses -= 1
            raise Exception(f"Instance with ID {instance} already exists.")

    async def raise_event(self, instance, name, data):
        self.did.append((name, instance))

    async def terminate(self, instance, reason):
        self.did.append(("terminate", instance))
        self.has(Status.Terminated, reason)


class Janitor:
    """One unfinished run, and rounds over it."""

    def __init__(self, connected):
        self.connected, self.records, self.client = connected, connected.records, Client()
        self.run = self.another()

    def another(self):
        made = run()
        self.records.add(made)
        self.records.take(Claim(ACTIVE, made.id), made.id)
        return made

    @property
    def row(self):
        return self.records.get(self.run.id)

    async def round(self, **columns):
        """Write these columns, make one round; return how many runs went on, and what the client did."""
        if columns:
            self.records.tables.merge(RUNS, partition_of(self.run.id), self.run.id, columns)
        woken, unfinished = set(), asyncio.to_thread(resume_runs._unfinished, self.connected)
        resumed = await resume_unfinished(self.connected, self.client, unfinished, woken)
        await start_woken(self.client, woken)
        return resumed, [what for what, _ in self.client.did]


@pytest.fixture
def janitor(storage, monkeypatch):
    monkeypatch.setattr(orchestrations, "PAUSES_SECONDS", ())
    monkeypatch.setattr(resume_runs, "WOKEN_PAUSES_SECONDS", (0, 0, 0))
    records, blobs = storage.clients().records, storage.clients().blobs
    for key, owner in records.held(ACTIVE).items():
        records.release([Claim(ACTIVE, key)], owner)
    return Janitor(SimpleNamespace(records=records, blobs=blobs, redact=str))


async def test_a_run_without_an_orchestration_is_started(janitor):
    assert await janitor.round() == (1, ["start"])
    assert not janitor.row.get("restarts")
    assert not janitor.row.get("reason")  # it was accepted a moment ago: there is no delay to explain


async def test_a_run_that_is_over_is_left_alone(janitor):
    assert await janitor.round(status="completed") == (0, [])


async def test_a_claim_without_a_row_is_left_alone(janitor):
    janitor.records.take(Claim(ACTIVE, "nobody"), "z" * 20)
    janitor.client.has(Status.Running)
    assert await janitor.round() == (0, [])


@pytest.mark.parametrize(
    ("columns", "waits"),
    [
        ({"waiting_for": PLACE}, True),
        ({"waiting_for": SERVICE, "waiting_until": moment(1_000)}, True),
        ({"waiting_for": SERVICE, "waiting_until": moment(-1)}, False),
        ({"waiting_for": PLACE, "cancel_requested": True}, False),
        ({"waiting_for": SERVICE, "waiting_until": moment(1_000), "cancel_requested": True}, False),
    ],
)
async def test_a_run_that_waits_is_started_when_its_time_has_come_or_it_is_cancelled(janitor, columns, waits):
    janitor.client.has(Status.Completed)
    assert await janitor.round(**columns) == ((0, []) if waits else (1, ["start"]))
    assert not janitor.row.get("restarts")  # nothing went wrong


@pytest.mark.parametrize("status", [Status.Running, Status.Pending, Status.ContinuedAsNew])
async def test_a_run_that_is_carried_is_left_alone(janitor, status):
    janitor.client.has(status)
    assert await janitor.round() == (0, [])


async def test_an_orchestration_of_another_version_is_woken(janitor):
    janitor.client.has(Status.Running)
    assert orchestration_version() != "0.9"
    assert await janitor.round(version="0.9") == (1, ["look", *3 * ["start"]])


async def test_a_run_is_started_as_soon_as_its_orchestration_of_another_version_has_ended(janitor):
    janitor.client.has(Status.Running)
    janitor.client.refuses = 2
    assert await janitor.round(version="0.9") == (1, ["look", *3 * ["start"]])
    assert janitor.client.refuses == 0


async def test_a_run_with_a_place_whose_orchestration_refuses_the_start_is_woken(janitor):
    janitor.connected.places = SimpleNamespace(pass_on_places=lambda _: (janitor.run.id,))
    janitor.client.has(Status.Running)
    woken = set()
    assert await pass_on_places(janitor.connected, janitor.client, asyncio.sleep(0, ()), woken) == 0
    assert [what for what, _ in janitor.client.did] == ["start", "look"]
    assert woken == {janitor.run.id}
    janitor.client.has(Status.Failed, MISMATCH)
    assert await start_woken(janitor.client, woken) == 1


async def test_whoever_cannot_be_hinted_to_is_started_all_the_same_and_keeps_no_other_back(janitor):
    janitor.connected.places = SimpleNamespace(pass_on_places=lambda _: ("first", "second"))
    janitor.client.has(Status.Running)
    janitor.client.refuses = 1

    async def fail(*_):
        raise ConnectionError

    janitor.client.raise_event, woken = fail, set()
    assert await pass_on_places(janitor.connected, janitor.client, asyncio.sleep(0, ()), woken) == 1
    assert (janitor.client.did, woken) == ([("start", "first"), ("start", "second")], {"first"})


async def test_a_run_of_another_version_that_cannot_be_hinted_to_is_started_once_it_has_ended(janitor):
    async def fail(*_):
        raise ConnectionError

    janitor.client.has(Status.Running)
    janitor.client.refuses, janitor.client.raise_event = 2, fail
    assert await janitor.round(version="0.9") == (0, 3 * ["start"])
    assert janitor.client.refuses == 0


async def test_an_orchestration_whose_run_was_cancelled_is_woken(janitor):
    janitor.client.has(Status.Running)
    assert await janitor.round(cancel_requested=True) == (1, ["look", "start"])


NOTHING_TO_COME = []
AN_ACTIVITY = [{"EventType": "TaskScheduled", "Timestamp": moment(-5), "Name": "publish_change"}]


async def test_an_orchestration_that_stands_still_in_two_rounds_is_replaced(janitor, caplog):
    janitor.client.has(Status.Running, minutes_ago=2, history=NOTHING_TO_COME)
    assert await janitor.round() == (0, [])  # no look decides alone
    assert await janitor.round() == (1, ["terminate", "start"])
    assert janitor.run.id in caplog.text
    assert (janitor.row["reason"], janitor.row["restarts"]) == (STOOD_STILL, 1)


async def test_an_orchestration_with_an_activity_under_way_is_left_alone(janitor):
    janitor.client.has(Status.Running, minutes_ago=5, history=AN_ACTIVITY)
    for _ in range(3):
        assert await janitor.round() == (0, [])


@pytest.mark.parametrize("status", [Status.Pending, Status.Suspended, Status.ContinuedAsNew])
async def test_only_an_orchestration_that_runs_can_stand_still(janitor, status):
    janitor.client.has(status, minutes_ago=100, history=NOTHING_TO_COME)
    for _ in range(3):
        assert await janitor.round() == (0, [])


@pytest.mark.parametrize(("minutes", "is_said"), [(2, False), (30, True)])
async def test_an_orchestration_that_does_not_begin_is_named(janitor, caplog, minutes, is_said):
    janitor.client.has(Status.Pending, minutes_ago=minutes)
    for _ in range(2):
        assert await janitor.round() == (0, [])
    assert (janitor.run.id in caplog.text) is is_said


async def test_an_orchestration_that_moved_between_two_rounds_is_left_alone(janitor):
    janitor.client.has(Status.Running, minutes_ago=3, history=NOTHING_TO_COME)
    assert await janitor.round() == (0, [])
    janitor.client.has(Status.Running, minutes_ago=2, history=NOTHING_TO_COME)
    assert await janitor.round() == (0, [])


async def test_rounds_in_quick_succession_replace_nothing(janitor):
    janitor.client.has(Status.Running, history=NOTHING_TO_COME)
    for _ in range(3):
        assert await janitor.round() == (0, [])


async def test_a_round_that_could_not_look_at_an_orchestration_does_not_count(janitor):
    janitor.client.has(Status.Running, minutes_ago=2, history=NOTHING_TO_COME)
    await janitor.round()
    janitor.client.broken_for = janitor.run.id
    await janitor.round()
    janitor.client.broken_for = ""
    assert await janitor.round() == (0, [])
    assert await janitor.round() == (1, ["terminate", "start"])


async def test_an_orchestration_that_stands_still_again_and_again_is_replaced_less_and_less_often(janitor):
    janitor.client.has(Status.Running, minutes_ago=2, history=NOTHING_TO_COME)
    await janitor.round(restarts=10)
    assert await janitor.round() == (0, ["terminate"])
    assert await janitor.round() == (0, ["terminate"])  # the pause for an orchestration that has ended


async def test_a_new_version_of_the_app_is_no_error(janitor, caplog):
    caplog.set_level(logging.INFO)
    janitor.client.has(Status.Failed, MISMATCH)
    assert await janitor.round() == (1, ["start"])
    said = [one for one in caplog.records if janitor.run.id in one.getMessage()]
    assert {one.levelno for one in said} == {logging.INFO}
    assert janitor.row["reason"] == GOES_ON


@pytest.mark.parametrize("status", ENDED)
async def test_an_orchestration_that_ended_too_early_is_an_error_and_the_run_goes_on(janitor, caplog, status):
    janitor.client.has(status, "boom")
    assert await janitor.round() == (1, ["start"])
    (said,) = [one for one in caplog.records if one.levelno == logging.ERROR]
    assert janitor.run.id in said.getMessage()
    assert "boom" in said.getMessage()
    assert janitor.row["reason"] == GOES_ON


async def test_what_an_orchestration_said_at_its_end_is_redacted_and_cut(janitor, caplog):
    janitor.connected.redact = lambda text: text.replace("secret", "***")
    janitor.client.has(Status.Failed, "secret" + "x" * 10_000)
    await janitor.round()
    assert "secret" not in caplog.text
    assert "x" * 501 not in caplog.text


async def test_a_run_that_ends_again_and_again_is_given_up_with_a_report_that_is_owed(janitor, caplog):
    janitor.client.has(Status.Failed, "boom", minutes_ago=MAX_PAUSE_MINUTES + 1)
    assert (await janitor.round(restarts=MAX_RESTARTS - 1))[0] == 1
    assert (await janitor.round())[0] == 0
    row = janitor.row
    assert (row["status"], row["report_owed"]) == ("failed", True)
    assert janitor.run.id in row["reason"]
    report = wire.load(RunReport, janitor.connected.blobs.get(WholeRun(janitor.run.id), "report.json"))
    assert (report.outcome, report.reason) == ("failed", row["reason"])
    assert janitor.run.id not in janitor.records.held(ACTIVE).values()


@pytest.mark.parametrize(("restarts", "minutes"), [(5, 3), (10, 59), (MAX_RESTARTS, 59)])
async def test_the_more_often_an_orchestration_ended_the_longer_is_the_pause(janitor, restarts, minutes):
    janitor.client.has(Status.Failed, "boom", minutes_ago=minutes)
    assert await janitor.round(restarts=restarts) == (0, [])


async def test_a_new_version_is_not_counted(janitor):
    janitor.client.has(Status.Failed, MISMATCH)
    assert (await janitor.round(restarts=MAX_RESTARTS))[0] == 1
    assert janitor.row["restarts"] == MAX_RESTARTS


async def test_a_run_that_is_given_up_ends_as_was_settled_before(janitor):
    janitor.client.has(Status.Failed, "boom", minutes_ago=MAX_PAUSE_MINUTES + 1)
    settled = RunReport(run=janitor.run, outcome="cancelled", reason="as was settled")
    janitor.connected.blobs.put(WholeRun(janitor.run.id), "report.json", wire.to_bytes(settled))
    await janitor.round(restarts=MAX_RESTARTS)
    assert (janitor.row["status"], janitor.row["reason"]) == ("cancelled", "as was settled")


async def test_a_run_whose_instance_cannot_be_read_does_not_stop_the_others(janitor, caplog):
    other = janitor.another()
    janitor.client.broken_for = other.id
    assert (await janitor.round())[0] == 1
    assert ("start", janitor.run.id) in janitor.client.did
    assert f"run {other.id} failed" in caplog.text


async def test_a_round_reads_once_which_runs_are_unfinished_and_does_its_other_parts_without_that(
    monkeypatch,
):
    reads, told = [], []

    def broken(kind):
        reads.append(kind)
        raise ValueError("the storage is away")

    connected = SimpleNamespace(
        records=SimpleNamespace(held=broken),
        places=SimpleNamespace(tell_turns=lambda: told.append("turns") or 0),
        redact=str,
    )
    monkeypatch.setattr(resume_runs, "restart_failed_deliveries", lambda client: asyncio.sleep(0, 0))
    await resume_runs.make_round(connected, Client())
    assert (reads, told) == ([ACTIVE], ["turns"])
