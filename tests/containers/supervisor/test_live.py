"""The progress that a supervisor reports while its run goes on."""

import json
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


def test_the_same_progress_is_reported_again(store, tmp_path, monkeypatch):
    for name in ("LOOK_SECONDS", "PROGRESS_SECONDS", "MAX_QUIET_SECONDS"):
        monkeypatch.setattr(live, name, 0.001)
    told, reported = [], threading.Event()

    def usage():
        if "/progress.json" in store.blobs:
            told.append(json.loads(store.blobs["/progress.json"]))
        if len({one["updatedAt"] for one in told}) >= PUTS:
            reported.set()
        return USAGE

    urls = {name: f"{store.url}/{name}" for name in ("log.txt", "stream.txt", "progress.json")}
    report = LiveReport(urls, AgentLog(tmp_path / "none", EventTable({}), Redactor(), usage), usage, 1)
    report.phase("verifying")
    assert reported.wait(30)
    report.end_log()
    report.finish()
    assert {one["usage"]["turns"] for one in told} == {1}
