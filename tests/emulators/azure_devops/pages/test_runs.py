"""The pages of runs, which show the app's answers to people without a key."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from emulators.azure_devops.__main__ import arguments, build
from emulators.azure_devops.control.client import AzureDevOps
from emulators.azure_devops.pages.run_client import AppRuns
from tests.emulators.azure_devops.conftest import Running
from tests.emulators.azure_devops.pages.test_pages import EVIL, assert_harmless

RUN, KEY = "zd2yucui4vloaetrwia7", "the key of the app"
BODY = {
    "id": RUN, "status": "running", "title": f"Title {EVIL}", "workItemId": 1, "project": "P",
    "repository": "R", "agentType": "claude", "model": "m", "requestedBy": EVIL, "reason": "",
    "queuedAt": "2030-01-01T00:00:00Z",
    "phases": {"running": "2030-01-01T00:00:09Z", "queued": "2030-01-01T00:00:00Z"},
    "workItemUrl": "http://elsewhere/contoso/P/_workitems/edit/1", "pullRequestUrl": "javascript:alert(1)",
    "usage": {"turns": 3, "costUsd": 0.25},
}  # fmt: skip


class App:
    """An app with an answer for each path, set by the test; without the key it answers 401."""

    def __init__(self) -> None:
        answers: dict[str, object] = {}
        asked: list[str] = []

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                asked.append(self.path)
                body = answers.get(self.path)
                status = 401 if self.headers["x-functions-key"] != KEY else 404 if body is None else 200
                self.send_response(status)
                self.end_headers()
                if status == 200:
                    self.wfile.write(body if isinstance(body, bytes) else json.dumps(body).encode())

            def log_message(self, *_):
                pass

        self.answers, self.asked = answers, asked
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture(scope="module")
def keys_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("keys") / "keys.json"
    path.write_text(json.dumps({"host": {"default": KEY}}))
    return path


@pytest.fixture(scope="module")
def app():
    app = App()
    yield app
    app.server.shutdown()
    app.server.server_close()


@pytest.fixture(scope="module")
def server(tmp_path_factory, app, keys_file):
    running = Running(
        tmp_path_factory.mktemp("state"), lambda options: build(options, AppRuns(app.url, keys_file))
    )
    yield running
    running.stop()


def log(text: str, offset: int, *, complete: bool) -> dict:
    return {"text": text, "nextOffset": offset, "complete": complete}


def test_a_run_is_shown_with_its_log_and_reloads_until_it_ends(server, app):
    app.answers[f"/api/runs/{RUN}"] = BODY
    app.answers[f"/api/runs/{RUN}/log?offset=0"] = log(f"first {EVIL}\n", 10, complete=False)
    app.answers[f"/api/runs/{RUN}/log?offset=10"] = log("second\n", 17, complete=False)
    app.answers[f"/api/runs/{RUN}/log?offset=17"] = log("", 17, complete=False)
    page = httpx.get(f"{server.url}/_runs/{RUN}").text
    assert_harmless(page)
    assert "second\n</pre>" in page
    assert page.index("<th>queued</th>") < page.index("<th>running</th>")
    assert '<meta http-equiv="refresh"' in page
    assert 'href="/contoso/P/_workitems/edit/1"' in page
    assert 'href="javascript' not in page
    assert KEY not in page
    app.answers[f"/api/runs/{RUN}"] = {
        **BODY,
        "status": "failed",
        "endedAt": "2030-01-01T00:01:00Z",
        "reason": "Why",
    }
    ended = httpx.get(f"{server.url}/_runs/{RUN}").text
    assert "refresh" not in ended
    assert "Why" in ended


def test_a_very_long_log_is_cut(server, app):
    app.answers[f"/api/runs/{RUN}"] = BODY
    for piece in range(20):
        app.answers[f"/api/runs/{RUN}/log?offset={piece}"] = log(
            f"piece {piece}\n", piece + 1, complete=False
        )
    page = httpx.get(f"{server.url}/_runs/{RUN}").text
    assert "piece 15\n\n[The rest is not shown.]" in page


def test_a_large_piece_of_a_log_is_read_to_its_end(server, app):
    app.answers[f"/api/runs/{RUN}"] = BODY
    app.answers[f"/api/runs/{RUN}/log?offset=0"] = log("x" * 300_000 + " the end", 9, complete=True)
    assert "the end</pre>" in httpx.get(f"{server.url}/_runs/{RUN}").text


def test_the_newest_runs_are_listed(server, app):
    app.answers["/api/runs?top=50"] = {"value": [BODY]}
    page = httpx.get(f"{server.url}/_runs").text
    assert_harmless(page)
    assert f'href="/_runs/{RUN}"' in page
    assert 'href="/_runs"' in httpx.get(f"{server.url}/").text
    app.answers["/api/runs?top=50"] = {"value": []}
    assert "No runs yet: tag a work item" in httpx.get(f"{server.url}/_runs").text


@pytest.mark.parametrize("name", ["0" * 20, "..%2Fdoctor", "x%0d%0aX-Evil:%201", "a%3Fb", RUN.upper(), "x"])
def test_an_unknown_run_is_a_page_with_404(server, app, name):
    before = len(app.asked)
    assert httpx.get(f"{server.url}/_runs/{name}").status_code == 404
    assert all(path == f"/api/runs/{name}" for path in app.asked[before:])


@pytest.mark.parametrize("body", [b"nonsense", b"[]", b'{"value": ', b"\xff"])
def test_an_app_that_gives_no_answer_is_explained(server, app, body):
    app.answers[f"/api/runs/{RUN}"] = body
    answer = httpx.get(f"{server.url}/_runs/{RUN}")
    assert answer.status_code == 502
    assert "does not answer" in answer.text


@pytest.mark.parametrize("keys", ["", "{}", '{"host": {"default": "old"}}', None])
def test_a_key_that_is_missing_or_wrong_is_explained(app, tmp_path, keys):
    path = tmp_path / "keys.json"
    if keys is not None:
        path.write_text(keys)
    running = Running(tmp_path / "state", lambda options: build(options, AppRuns(app.url, path)))
    try:
        answer = httpx.get(f"{running.url}/_runs")
        assert (answer.status_code, KEY in answer.text) == (502, False)
    finally:
        running.stop()


def test_comments_link_the_run_that_they_name(server):
    with AzureDevOps(server.url) as ado:
        ado.create_project("P")
        item = ado.create_work_item("P", "Task", "One")
        ado.add_comment("P", item["id"], f"Done.<br>Run {RUN}")
        page = httpx.get(f"{server.url}/contoso/P/_workitems/edit/{item['id']}").text
    assert f'Run <a href="/_runs/{RUN}">{RUN}</a>' in page


@pytest.mark.parametrize(
    "url", ["http://example.com", "https://127.0.0.1:7071", "http://127.0.0.1.example.com", "x"]
)
def test_the_key_is_sent_to_this_machine_only(url, capsys):
    with pytest.raises(SystemExit):
        arguments().parse_args(["--app-url", url, "--app-keys", "keys.json"])
    assert "does not begin with http://127.0.0.1" in capsys.readouterr().err
