"""The progress that a supervisor reports while its run goes on."""

import json
import queue
import threading

import pytest

from autocoder.shared.redaction import Redactor
from runner.supervisor import live
from runner.supervisor.agent_log import AgentLog
from runner.supervisor.events import EventTable
from runner.supervisor.live import LiveReport
from tests.containers.store import Store

USAGE = {"turns": 1, "inputTokens": 0, "cachedTokens": 0, "outputTokens": 0, "costUsd": 0.0}
PUTS = 3


@pytest.fixture
def store():
    store = Store()
    yield store
    store.close()


def report_to(store, folder, usage, *told):
    urls = {name: f"{store.url}/{name}" for name in ("log.txt", "stream.txt", "progress.json")}
    log = AgentLog(folder / "none", EventTable({}), Redactor(), usage)
    return LiveReport(urls, log, usage, 1, *told)


def test_the_same_progress_is_reported_again(store, tmp_path, monkeypatch):
    for name in ("LOOK_SECONDS", "FIRST_REPORT_SECONDS", "PROGRESS_SECONDS", "MAX_QUIET_SECONDS"):
        monkeypatch.setattr(live, name, 0.001)
    told, reported = [], threading.Event()

    def usage():
        if "/progress.json" in store.blobs:
            told.append(json.loads(store.blobs["/progress.json"]))
        if len({one["updatedAt"] for one in told}) >= PUTS:
            reported.set()
        return USAGE

    report = report_to(store, tmp_path, usage)
    report.phase("verifying")
    assert reported.wait(30)
    report.end_log()
    report.finish()
    assert {one["usage"]["turns"] for one in told} == {1}


def test_each_new_phase_is_told_once_when_its_progress_is_stored(store, tmp_path, monkeypatch):
    for name in ("LOOK_SECONDS", "FIRST_REPORT_SECONDS", "PROGRESS_SECONDS", "MAX_QUIET_SECONDS"):
        monkeypatch.setattr(live, name, 0.001)
    stored, repeated = queue.Queue(), threading.Semaphore(0)

    def usage():
        repeated.release()
        return USAGE

    def tell():
        stored.put(json.loads(store.blobs["/progress.json"])["phase"])

    report = report_to(store, tmp_path, usage, tell)
    for phase in ("preparing", "running", "collecting", "verifying", "collecting"):
        report.phase(phase)
        assert phase == "preparing" or stored.get(timeout=30) == phase
        for _ in range(PUTS):
            assert repeated.acquire(timeout=30)
    report.end_log()
    report.finish()
    assert stored.empty()


def test_a_new_phase_is_not_told_before_its_progress_could_be_stored(store, tmp_path, monkeypatch):
    for name in ("LOOK_SECONDS", "FIRST_REPORT_SECONDS"):
        monkeypatch.setattr(live, name, 0.001)
    store.troubles = [403] * 3
    troubles, told = [], threading.Event()

    def tell():
        troubles.extend(store.troubles)
        told.set()

    report = report_to(store, tmp_path, lambda: USAGE, tell)
    report.phase("running")
    assert told.wait(30)
    report.end_log()
    report.finish()
    assert troubles == []
