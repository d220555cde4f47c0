"""The calls by which a supervisor tells the app that there is something new."""

import threading
import time
from http.server import BaseHTTPRequestHandler

import pytest

from runner.supervisor.callback import call_app_once
from runner.supervisor.environment import Settings
from tests.containers.group import CALLBACK_TOKEN, FINAL
from tests.containers.serving import Quiet, Server

NOTHING_ELSE = dict.fromkeys(Settings._fields)


class _App(Quiet, BaseHTTPRequestHandler):
    """Answers with *status* once *may_answer* is set."""

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.calls.append(self.path)
        self.may_answer.wait()
        self.send_response(self.status)
        self.send_header("Content-Length", "0")
        self.end_headers()


@pytest.fixture
def app():
    """Start an app that answers with a status; it is answered at the latest when the test is over."""
    may_answer, started = threading.Event(), []

    def start(status):
        calls = []
        started.append(Server(_App, status=status, calls=calls, may_answer=may_answer))
        return f"{started[-1].url}/callback", calls, may_answer

    yield start
    may_answer.set()
    for server in started:
        server.close()


def waited(what):
    for _ in range(3000):
        if what():
            return True
        time.sleep(0.01)
    return False


def until(path):
    """A shell command that waits for *path*."""
    return f"while [ ! -e '{path}' ]; do sleep 0.02; done"


def stored_phase(group):
    return group.progress().phase if group.runs.exists(f"{group.id}/progress.json") else ""


def start(group, **environment):
    group.clone()
    group.start_agent()
    group.start_verify()
    group.start_supervisor(**environment)


@pytest.mark.parametrize("status", [401, 404, 503])
def test_a_call_of_a_new_phase_is_not_repeated(app, status):
    url, calls, may_answer = app(status)
    may_answer.set()
    settings = Settings(**NOTHING_ELSE | {"callback_url": url, "callback_token": "token"})
    call_app_once(settings).wait()
    assert calls == ["/callback"]


def test_calls_the_app_when_the_agent_works_when_it_is_verified_and_at_the_end(group, tmp_path):
    worked, verified = tmp_path / "worked", tmp_path / "verified"
    group.run_file["verify"] = [until(verified)]
    group.agent(f"echo hello > hello.txt; {until(worked)}; echo '{FINAL}'")
    start(group)
    assert waited(lambda: group.callbacks)
    assert (stored_phase(group), len(group.callbacks)) == ("running", 1)
    worked.touch()
    assert waited(lambda: stored_phase(group) == "verifying")
    assert waited(lambda: len(group.callbacks) >= 2)
    assert not group.runs.exists(f"{group.id}/result.json")
    verified.touch()
    assert group.finished().outcome == "changed"
    assert 3 <= len(group.callbacks) <= 5  # collecting, before and after, may be too short to be seen
    assert set(group.callbacks) == {(f"/api/runs/{group.id}/callback", f"Bearer {CALLBACK_TOKEN}", b"{}")}


def test_an_app_that_does_not_answer_holds_up_neither_log_nor_change(group, app, tmp_path):
    url, calls, may_answer = app(202)
    group.set_constant("blobs", "TIMEOUT_SECONDS", 3600.0)
    go = tmp_path / "go"
    group.agent(f"echo hello > hello.txt; {until(go)}; echo later; {until(f'{go}.on')}; echo '{FINAL}'")
    start(group, CALLBACK_URL=url)
    assert waited(lambda: calls)
    go.touch()
    assert waited(lambda: group.log() == "output  later\n")
    go.with_name("go.on").touch()
    assert waited(lambda: group.runs.exists(f"{group.id}/result.json"))
    may_answer.set()
    assert group.finished().outcome == "changed"
