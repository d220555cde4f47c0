"""Reports that are owed: each is found by its claim, whoever died between two writes."""

import contextlib
from types import SimpleNamespace

import pytest

from activities.parts import work_item_comment
from autocoder import wire
from autocoder.clients.tables import Tables
from autocoder.models import RunReport
from autocoder.rounds import WholeRun
from autocoder.runs.claims import OWED, Claim
from autocoder.runs.files import REPORT
from tests.autocoder.requests.test_run_request import SETTINGS
from tests.orchestrators.conftest import run
from triggers.timers import owed_reports
from triggers.timers.owed_reports import give_owed_reports

ENDED = {"status": "failed", "reason": "It broke. Azure DevOps is away.", "report_owed": True}


class Died(BaseException):
    """The process was killed."""


class Desk:
    """One run without a work item, so that its report needs no Azure DevOps, and the janitor's part."""

    def __init__(self, connected):
        self.records, self.blobs = connected.records, connected.blobs
        self.connected = SimpleNamespace(records=self.records, blobs=self.blobs, redact=str)
        self.run = run(work_item_id=None, user_prompt="x")
        self.records.add(self.run)
        report = RunReport(run=self.run, outcome="failed", reason="It broke.")
        self.blobs.put(WholeRun(self.run.id), REPORT, wire.to_bytes(report))

    @property
    def row(self):
        return self.records.get(self.run.id)

    @property
    def is_owed(self):
        return self.run.id in self.records.held(OWED)

    def give(self):
        return give_owed_reports(self.connected)


@pytest.fixture
def desk(storage, monkeypatch):
    monkeypatch.setattr(work_item_comment, "settings", lambda: SETTINGS)
    made = Desk(storage.clients())
    for run_id in made.records.held(OWED):
        made.records.release([Claim(OWED, run_id)], run_id)
    return made


@contextlib.contextmanager
def dying(monkeypatch, method):
    """Whoever comes to this *method* of the tables dies before it is done."""

    def die(*_, **__):
        raise Died

    with monkeypatch.context() as patch, contextlib.suppress(Died):
        patch.setattr(Tables, method, die)
        yield


def test_a_report_that_is_owed_is_given_once(desk):
    desk.records.end(desk.run.id, ENDED)
    assert desk.is_owed
    assert desk.give() == 1
    assert (desk.row["report_owed"], desk.row["reason"], desk.is_owed) == (False, "It broke.", False)
    assert desk.give() == 0


def test_an_end_whose_writer_died_after_the_claim_may_come_once_more_and_owe_nothing(desk, monkeypatch):
    with dying(monkeypatch, "merge"):
        desk.records.end(desk.run.id, ENDED)
    assert (desk.row["status"], desk.is_owed) == ("queued", True)
    assert desk.give() == 0
    assert desk.is_owed  # the run goes on, and may still end so
    desk.records.end(desk.run.id, {**ENDED, "report_owed": False})
    assert desk.give() == 0
    assert not desk.is_owed


def test_a_report_whose_giver_died_before_its_claim_was_freed_is_not_given_again(desk, monkeypatch):
    desk.records.end(desk.run.id, ENDED)
    with dying(monkeypatch, "delete"):
        desk.give()
    assert (desk.row["report_owed"], desk.is_owed) == (False, True)
    assert desk.give() == 0
    assert not desk.is_owed


def test_a_late_end_with_a_report_that_is_owed_leaves_nothing_owed(desk):
    desk.records.end(desk.run.id, {**ENDED, "report_owed": False})
    desk.records.end(desk.run.id, ENDED)
    assert desk.give() == 0
    assert (desk.row["report_owed"], desk.is_owed) == (False, False)


def test_a_claim_of_a_run_without_a_record_is_freed(desk):
    desk.records.take(Claim(OWED, "z" * 20), "z" * 20)
    assert desk.give() == 0
    assert desk.records.held(OWED) == {}


def test_a_report_whose_file_was_deleted_is_owed_no_more(desk):
    desk.records.end(desk.run.id, ENDED)
    desk.blobs.delete_run(desk.run.id)
    assert desk.give() == 0
    assert (desk.row["report_owed"], desk.row["reason"]) == (False, ENDED["reason"])
    assert not desk.is_owed


def owing_what_cannot_be_read(desk):
    """Another run, newer than that of *desk*, whose report fails always."""
    other = run(work_item_id=None, user_prompt="x")
    desk.records.add(other)
    desk.blobs.put(WholeRun(other.id), REPORT, b"no report")
    return other


def test_reports_that_fail_always_keep_no_other_back_however_many_they_are(desk, monkeypatch):
    monkeypatch.setattr(owed_reports, "MAX_REPORTS", 2)
    others = [owing_what_cannot_be_read(desk) for _ in range(3)]
    for owing in (*others, desk.run):
        desk.records.end(owing.id, ENDED)
    assert any(desk.give() for _ in range(200))  # each round has one chance in two
    assert set(desk.records.held(OWED)) == {other.id for other in others}


def test_an_unexpected_failure_of_one_report_is_logged_redacted_and_keeps_no_other_back(
    desk, monkeypatch, caplog
):
    def give(connected, report, row):
        if report.run.id == other.id:
            raise KeyError("s3cret")

    monkeypatch.setattr(owed_reports, "give_report", give)
    desk.connected.redact = lambda text: text.replace("s3cret", "[redacted]")
    other = run(work_item_id=None, user_prompt="x")
    desk.records.add(other)
    report = RunReport(run=other, outcome="failed", reason="It broke.")
    desk.blobs.put(WholeRun(other.id), REPORT, wire.to_bytes(report))
    for run_id in (other.id, desk.run.id):
        desk.records.end(run_id, ENDED)
    assert desk.give() == 1
    assert set(desk.records.held(OWED)) == {other.id}
    assert "KeyError: '[redacted]'" in caplog.text
    assert other.id in caplog.text


def test_a_report_that_cannot_be_given_stays_owed_and_keeps_no_other_back(desk, caplog):
    other = owing_what_cannot_be_read(desk)
    for run_id in (other.id, desk.run.id):
        desk.records.end(run_id, ENDED)
    assert desk.give() == 1
    assert set(desk.records.held(OWED)) == {other.id}
    assert other.id in caplog.text
