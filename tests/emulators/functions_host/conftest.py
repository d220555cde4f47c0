import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

APPS = Path(__file__).parent / "apps"
ROOT = Path(__file__).parents[3]
WEBHOOKS = "/runtime/webhooks/durabletask"


def free_port() -> int:
    with contextlib.closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass
class Host:
    """A host in its own process, and its client."""

    state: Path
    app: Path
    environment: dict = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    process: subprocess.Popen | None = None
    http: httpx.Client | None = None

    @property
    def folder(self) -> Path:
        return self.state / "functions_host"

    @property
    def keys(self) -> dict:
        return json.loads((self.folder / "keys.json").read_text())

    @property
    def log(self) -> str:
        return (self.state / "log.txt").read_text()

    def command(self, *more: str) -> list[str]:
        start = [sys.executable, "-m", "emulators.functions_host", "--app", str(self.app)]
        return [*start, "--state", str(self.state), "--port", str(self.port), *more]

    def start(self, *more: str) -> "Host":
        self.state.mkdir(exist_ok=True)
        with (self.state / "log.txt").open("a") as log:
            self.process = subprocess.Popen(
                self.command(*more), cwd=ROOT, env=os.environ | self.environment, stdout=log, stderr=log
            )
        self.http = httpx.Client(base_url=f"http://localhost:{self.port}", timeout=20)
        self.until(self._is_up, "the host listens")
        return self

    def _is_up(self) -> bool:
        assert self.process.poll() is None, self.log
        with contextlib.suppress(httpx.TransportError):
            return self.http.get("/admin/host/ping").status_code == 200
        return False

    def kill(self, how=signal.SIGKILL) -> int:
        self.http.close()
        self.process.send_signal(how)
        return self.process.wait(10)

    def until(self, condition, what: str = "", seconds: float = 20):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if found := condition():
                return found
            time.sleep(0.01)
        raise AssertionError(f"in vain: {what}\n{self.log}")

    # -- as a client ---------------------------------------------------------------------------------

    def master(self) -> dict:
        return {"x-functions-key": self.keys["master"]}

    def ask(self, method: str, path: str, **options) -> httpx.Response:
        return self.http.request(method, path, headers=self.master(), **options)

    def hub(self, method: str, path: str, **options) -> httpx.Response:
        return self.ask(method, WEBHOOKS + path, **options)

    def begin(self, name: str, input_=None, id_: str = "") -> str:
        answer = self.ask("POST", f"/api/start/{name}", params={"id": id_} if id_ else {}, json=input_)
        assert answer.status_code == 202, answer.text
        return answer.json()["id"]

    def status(self, id_: str, **query) -> dict:
        return self.hub("GET", f"/instances/{id_}", params=query).json()

    def history(self, id_: str) -> list:
        shown = self.status(id_, showHistory="true", showHistoryOutput="true")["historyEvents"]
        return [event["EventType"] for event in shown]

    def send(self, id_: str, event: str, payload=None) -> httpx.Response:
        path = f"{WEBHOOKS}/instances/{id_}/raiseEvent/{event}"
        headers = {**self.master(), "Content-Type": "application/json"}
        return self.http.post(path, content=json.dumps(payload), headers=headers)

    def has_status(self, id_: str, status: str):
        return self.until(lambda: self.status(id_)["runtimeStatus"] == status, f"{id_} is {status}")

    def has_custom(self, id_: str, custom) -> None:
        self.until(lambda: self.status(id_)["customStatus"] == custom, f"{id_} shows {custom}")

    def ended(self, id_: str) -> dict:
        done = ("Completed", "Failed", "Terminated")
        self.until(lambda: self.status(id_)["runtimeStatus"] in done, f"{id_} ends")
        return self.status(id_)

    def run(self, name: str, input_=None, id_: str = "") -> dict:
        return self.ended(self.begin(name, input_, id_))

    def output(self, name: str, input_=None):
        ended = self.run(name, input_)
        assert ended["runtimeStatus"] == "Completed", ended
        return ended["output"]


@pytest.fixture(scope="module")
def host(tmp_path_factory):
    """One host over the sample app, shared by the tests of a module."""
    settings = {"OVERRIDDEN": "from the environment", "PYTHON_THREADPOOL_THREAD_COUNT": "20"}
    started = Host(tmp_path_factory.mktemp("host") / "state", APPS / "flows", settings)
    started.start("--settings", str(APPS / "flows" / "settings.json"))
    yield started
    started.kill()


@pytest.fixture
def own_host(tmp_path):
    """Create hosts that a test may stop, change or restart."""
    made = []

    def make(app="flows", **environment) -> Host:
        folder = app if isinstance(app, Path) else APPS / app
        made.append(Host(tmp_path / f"state {len(made)}", folder, environment))
        return made[-1]

    yield make
    for one in made:
        if one.process and one.process.poll() is None:
            one.kill()
