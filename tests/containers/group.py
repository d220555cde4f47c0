"""A container group without an emulator: each container is a process, each volume a folder."""

import io
import json
import os
import random
import re
import shutil
import socket
import subprocess
import sys
from http.server import BaseHTTPRequestHandler
from pathlib import Path

from autocoder.changes.protected import DEFAULT_PROTECTED
from autocoder.models import AgentResult, PolicyRules, Progress, RunFile
from tests.containers.remote import AUTHORIZATION, git
from tests.containers.serving import Quiet, Server

CHECKOUT = Path(__file__).parents[2]
BASE = CHECKOUT / "containers" / "base"
VOLUMES = ("workspace", "repository", "inputs", "exchange", "control", "verification")
MODEL_KEY = "sk-model-key-that-nobody-may-see-42"
CALLBACK_TOKEN = "callback-token-that-nobody-may-see"
FINAL = '{"type": "result", "result": "I did it.", "is_error": false}'
EVENTS = {
    "said": [{"match": {"type": "said"}, "text": "text"}],
    "end": [
        {"match": {"type": "result", "is_error": "true"}, "text": "result", "failed": True},
        {"match": {"type": "result"}, "text": "result"},
    ],
}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Group:
    """One run: sets it up, runs it, and reads its outcome."""

    def __init__(self, folder, runs, remote):
        self.runs, self.remote = runs, remote
        self.id = "".join(random.choices("abcdefghijklmnopqrstuvwxyz0123456789", k=20))
        self.volumes = {name: folder / name for name in VOLUMES}
        self.agent_folder = folder / "agent"
        self.python_path = folder / "opt"
        for path in (*self.volumes.values(), self.agent_folder, self.python_path):
            path.mkdir(parents=True)
        self._install()
        self.port = free_port()
        self.python = os.path.realpath(sys.executable)  # without the virtual environment's packages
        self.processes = {}
        self.callbacks, self.outputs = [], None
        self._callback_server = Server(_Callback, received=self.callbacks)
        self.seconds = 30
        self.environment = {}
        self.run_file = self._run_file()
        self.target = {"CLONE_URL": self.remote.url, "BASE_BRANCH": "main"}
        self.agent(f"echo hello > hello.txt; echo '{FINAL}'")

    def _install(self):
        """The folder that the runner's image has: nothing but the standard library is on its path."""
        shutil.copytree(CHECKOUT / "containers" / "runner", self.python_path / "runner")
        (self.python_path / "autocoder").mkdir()
        shutil.copy(CHECKOUT / "autocoder" / "__init__.py", self.python_path / "autocoder")
        shutil.copytree(CHECKOUT / "autocoder" / "shared", self.python_path / "autocoder" / "shared")

    def _run_file(self):
        return {
            "runId": self.id,
            "baseCommit": self.remote.head,
            "agent": {
                "type": "fake",
                "model": "scripted-1",
                "provider": "anthropic",
                "upstream": "http://127.0.0.1:9",
                "events": EVENTS,
                "leftovers": ["*.tmp.*", ".fake/"],
                "prices": [{"model": "scripted-*", "input": 1.0, "output": 10.0}],
            },
            "budget": {"minutes": 5, "usd": 1, "tokens": 1000, "turns": 5},
            "commit": {
                "message": "Say hello\n\n[skip ci]\n",
                "authorName": "Autocoder",
                "authorEmail": "autocoder@example.com",
                "date": "2025-01-02T03:04:05Z",
            },
            "policy": PolicyRules(protected=DEFAULT_PROTECTED).model_dump(by_alias=True, mode="json"),
        }

    # -- setting up ---------------------------------------------------------------------------------------

    def agent(self, script):
        """What the agent does, as a shell script."""
        (self.agent_folder / "run.sh").write_text(script + "\n")

    def set_constant(self, module, name, value):
        """Set the constant *name* in this group's own copy of runner.*module* to *value*."""
        source = self.python_path.joinpath("runner", *module.split(".")).with_suffix(".py")
        text, found = re.subn(rf"(?m)^{name} = .*$", f"{name} = {value!r}", source.read_text())
        assert found == 1, f"{module}.py sets {name} {found} times"
        source.write_text(text)

    def _paths(self):
        return {f"AUTOCODER_{name.upper()}": str(path) for name, path in self.volumes.items()}

    def _environment(self, **more):
        return {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(self.python_path),
            "PYTHONDONTWRITEBYTECODE": "1",
            "SSL_CERT_FILE": str(self.runs.bundle),
            **self._paths(),
            **more,
            **self.environment,
        }

    def start(self, name, command, **environment):
        self.processes[name] = subprocess.Popen(
            command,
            env=self._environment(**environment),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd="/",
        )
        return self.processes[name]

    # -- the containers -----------------------------------------------------------------------------------

    def clone(self, **environment):
        """Run the init container; returns clone.json."""
        RunFile.model_validate(self.run_file)
        inputs = {"run.json": json.dumps(self.run_file), "prompt.md": "Say hello", "images/1.png": "png"}
        for name, text in inputs.items():
            self.runs.write(f"{self.id}/{name}", text)
        urls = {name: self.runs.sas(f"{self.id}/{name}", "r") for name in inputs}
        target = {"BASE_COMMIT": self.run_file["baseCommit"], **self.target}
        given = {
            "CLONE_AUTHORIZATION": AUTHORIZATION,
            "INPUT_URLS": json.dumps(urls),
            **target,
            **environment,
        }
        process = self.start("clone", [self.python, "-m", "runner.clone"], **given)
        assert process.wait(60) == 0, process.stdout.read()
        return json.loads((self.volumes["inputs"] / "clone.json").read_text())

    def start_agent(self):
        seconds = {"AUTOCODER_AGENT": str(self.agent_folder), "AUTOCODER_SECONDS": str(self.seconds)}
        return self.start(
            "agent", ["/bin/sh", str(BASE / "agent.sh")], **seconds, AUTOCODER_MODEL_URL=self.gateway
        )

    @property
    def gateway(self):
        return f"http://127.0.0.1:{self.port}"

    def start_verify(self):
        return self.start("verify", ["/bin/sh", str(BASE / "verify.sh")])

    def start_supervisor(self, **environment):
        if self.outputs is None:
            self.outputs = self.runs.outputs(self.id)
        callback = f"{self._callback_server.url}/api/runs/{self.id}/callback"
        given = {
            "AUTOCODER_GATEWAY": f"127.0.0.1:{self.port}",
            "CALLBACK_URL": callback,
            "MODEL_KEY": MODEL_KEY,
            "CALLBACK_TOKEN": CALLBACK_TOKEN,
            "OUTPUT_URLS": json.dumps(self.outputs),
            **environment,
        }
        return self.start("supervisor", [self.python, "-m", "runner.supervisor"], **given)

    def run(self, **environment):
        """Run all four; returns the result."""
        self.clone()
        self.start_agent()
        self.start_verify()
        self.start_supervisor(**environment)
        return self.finished()

    def finished(self, seconds=60):
        """Wait for the supervisor, which ends with 0, as the others do; returns the result."""
        for name in ("supervisor", "agent", "verify"):
            if name in self.processes:
                process = self.processes[name]
                output, _ = process.communicate(timeout=seconds)
                assert process.returncode == 0, (name, output)
        return self.result()

    def end(self):
        for process in self.processes.values():
            if process.poll() is None:
                process.kill()
            process.communicate()
        self._callback_server.close()

    # -- the outcome --------------------------------------------------------------------------------------

    def result(self):
        return AgentResult.model_validate_json(self.runs.read(f"{self.id}/result.json"))

    def log(self):
        """The readable log, without the times."""
        text = self.runs.read(f"{self.id}/log.txt").decode()
        return "".join(re.sub(r"^ *\d+:\d\d  ", "", line) for line in text.splitlines(keepends=True))

    def stream(self):
        """The agent's own output."""
        return self.runs.read(f"{self.id}/stream.txt").decode()

    def progress(self):
        return Progress.model_validate_json(self.runs.read(f"{self.id}/progress.json"))

    def pack(self):
        return io.BytesIO(self.runs.read(f"{self.id}/changes.pack"))

    def received(self, folder):
        """A repository that has the base and what the pack brings, as Git itself reads it."""
        subprocess.run(["git", "clone", "-q", "--bare", str(self.remote.bare), str(folder)], check=True)
        git(folder, "index-pack", "--stdin", "--strict", input=self.pack().read())
        return folder

    def changes(self, folder):
        """What the new commit changes, as `git diff` says it."""
        repository = self.received(folder)
        listed = git(
            repository, "diff", "--name-status", "--no-renames", self.remote.head, self.result().pack.commit
        )
        return dict(reversed(line.split("\t", 1)) for line in listed.splitlines())


class _Callback(Quiet, BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.received.append((self.path, self.headers["Authorization"], body))
        self.send_response(202)
        self.send_header("Content-Length", "0")
        self.end_headers()
