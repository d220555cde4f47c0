import json
import signal

import pytest

NEVER = "0 0 0 29 2 *"


@pytest.fixture
def timers(own_host, tmp_path):
    """Make a host over the app with timer triggers; `runs` reads what ran."""
    file = tmp_path / "runs.jsonl"

    def make(nightly=NEVER):
        host = own_host("timers", RUNS=str(file), NIGHTLY=nightly)
        host.runs = lambda name: [r for r in map(json.loads, lines(file)) if r["name"].startswith(name)]
        return host

    return make


def lines(file):
    return file.read_text().splitlines() if file.exists() else []


@pytest.mark.slow
def test_runs_on_schedule_one_run_at_a_time(timers):
    host = timers().start()
    host.until(lambda: len(host.runs("every_second ends")) >= 2, "two runs")
    names = [run["name"].split()[1] for run in host.runs("every_second")]
    assert names[:4] == ["begins", "ends", "begins", "ends"]


def test_runs_on_startup_only_where_it_is_asked_for(timers):
    host = timers().start()
    host.until(lambda: host.runs("at_startup"), "the run on startup")
    assert not host.runs("nightly")


def test_the_admin_api_runs_it_at_once_with_the_master_key(timers):
    host = timers().start()
    path = "/admin/functions/nightly"
    assert host.http.post(path, json={}).status_code == 401
    assert (
        host.http.post(path, json={}, headers={"x-functions-key": host.keys["host"]["default"]}).status_code
        == 401
    )
    assert host.ask("POST", path, json={"input": ""}).status_code == 202
    host.until(lambda: host.runs("nightly"), "it runs")
    assert host.runs("nightly")[0]["pastDue"] is False


def test_the_admin_api_refuses_what_it_cannot_run(timers):
    host = timers().start()
    assert host.ask("POST", "/admin/functions/nobody", json={}).status_code == 404
    assert host.ask("POST", "/admin/functions/nightly", content="x").status_code == 415
    assert host.ask("POST", "/admin/functions/nightly", json=[]).status_code == 400


def test_a_failing_run_is_logged_and_the_host_goes_on(timers):
    host = timers().start()
    host.ask("POST", "/admin/functions/failing", json={})
    host.until(lambda: "Timer trigger failing failed" in host.log, "the failure is logged")
    assert "RuntimeError: no luck" in host.log
    assert host.http.get("/").status_code == 200


@pytest.mark.slow
def test_a_missed_run_is_caught_up_at_the_next_start(timers):
    host = timers("0 0 3 * * *").start()
    host.until(lambda: host.runs("at_startup"), "the schedules are kept")
    host.kill()
    _set_next(host, "2020-01-01T03:00:00.000000Z")
    host.start()
    host.until(lambda: host.runs("nightly"), "the missed run")
    assert host.runs("nightly")[0]["pastDue"] is True
    host.kill(signal.SIGTERM)
    host.start()
    host.until(lambda: len(host.runs("at_startup")) == 3, "the schedules are kept again")
    assert len(host.runs("nightly")) == 1


def test_a_changed_schedule_starts_over(timers):
    host = timers("0 0 3 * * *").start()
    host.until(lambda: host.runs("at_startup"), "the schedules are kept")
    host.kill()
    _set_next(host, "2020-01-01T03:00:00.000000Z")
    host.environment["NIGHTLY"] = NEVER
    host.start()
    host.until(lambda: len(host.runs("at_startup")) == 2, "the schedules are kept again")
    assert not host.runs("nightly")


def _set_next(host, when):
    import sqlite3

    with sqlite3.connect(host.folder / "TestHubName.sqlite") as store:
        store.execute("update timers set next=? where name='nightly'", (when,))
    store.close()
