"""Agents at work: their real command-line programs under the real wrapper, against the scripted model."""

import functools
import json
import os
import re
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from autocoder.agents import load_agents
from autocoder.shared.redaction import Redactor
from emulators.model_provider.providers import error_body
from emulators.model_provider.script.model import NO_CONVERSATION
from runner.supervisor.agent_log import AgentLog
from runner.supervisor.events import EventTable
from runner.supervisor.final_message import FinalMessage, read_final_message

CHECKOUT = Path(__file__).parents[3]
CONTAINERS = CHECKOUT / "containers"
SAMPLE = CHECKOUT / "emulators" / "sample"
AGENTS = load_agents(CONTAINERS)
PLACEHOLDER = "autocoder"  # what an agent sends where its key would be
NO_TOOL = re.compile(r"I cannot (\w+) with the tools I have: ([\w\-., ]*)")
lacking: dict[str, str] = {}  # agents for which the scripted model lacks a reply, found by an earlier test
NO_USAGE = {"turns": 0}
SYSTEM = "You are the developer of this team. The word of the day is rhubarb."


def each_agent(*, quick=("claude",)):
    """Parametrize over the agents that npm can install; all but the quick ones are slow."""
    installable = [name for name in AGENTS if (CONTAINERS / name / "package-lock.json").exists()]
    marked = [pytest.param(name, marks=() if name in quick else pytest.mark.slow) for name in installable]
    return pytest.mark.parametrize("agent", marked)


def needs_installation(agent):
    """Skip the test when the agent's program is not installed on this machine."""
    if not (CONTAINERS / agent / "node_modules").is_dir():
        pytest.skip(f"{AGENTS[agent].cli.package} is not installed: npm ci in containers/{agent}")


def missing_reply(agent, log):
    """Say which reply the scripted model lacks for *agent*, whose output is *log*; "" when it lacks none."""
    found = NO_TOOL.search(log)
    if found:
        return (
            f"The scripted model has no reply for {agent}: it cannot {found[1]} with the tools offered "
            f"({found[2].rstrip('.')}). Add their names to emulators/model_provider/script/tools.py."
        )
    if NO_CONVERSATION in log:
        return f"The scripted model has no conversation for the prompt that {agent} sent."
    return ""


def read_log(agent, path):
    """Return the readable log and the final message of *agent*, whose output is in *path*."""
    table = EventTable(AGENTS[agent].for_run().events.model_dump(by_alias=True))
    log, readable = AgentLog(path, table, Redactor(), lambda: NO_USAGE), ""
    while not log.closed:
        readable += log.read(at_end=True).readable
    return readable, read_final_message(path, table, Redactor())


@functools.cache
def as_in_a_container():
    """The words before a command that make it the first process of its own process tree, if that works."""
    words = ["bwrap", "--bind", "/", "/", "--dev", "/dev", "--proc", "/proc", "--unshare-pid", "--as-pid-1"]
    works = shutil.which("bwrap") and subprocess.run([*words, "true"], capture_output=True).returncode == 0
    return words if works else []


@dataclass
class Ended:
    """What the wrapper leaves behind: its exit file, the log, its readable form and the final message."""

    exit: dict
    log: str
    readable: str
    final: FinalMessage
    seconds: float

    @property
    def well(self):
        """Whether all three say that the agent succeeded."""
        said = self.final.found and not self.final.is_error
        return self.exit["reason"] == "exited" and self.exit["exitCode"] == 0 and said


class Run:
    """One run of one agent in a folder with a space in its name."""

    def __init__(self, agent, folder, model_url):
        self.agent, self.model_url = agent, model_url
        self.folder = folder / "a run"
        self.workspace = self.folder / "work space"
        for name in ("inputs", "exchange", "control"):
            (self.folder / name).mkdir(parents=True)
        shutil.copytree(SAMPLE / "project", self.workspace)
        self.git("init", "-q", "-b", "main")
        self.git("add", "-A")
        self.git("commit", "-qm", "Start")
        (self.folder / "inputs" / "clone.json").write_text('{"state": "ready"}')
        (self.folder / "inputs" / "system.md").write_text(SYSTEM)
        (self.folder / "control" / "agent").mkdir()
        (self.folder / "control" / "agent" / "start-1").touch()

    def git(self, *arguments):
        identity = ("-c", "user.name=Team", "-c", "user.email=team@example.com")
        command = ["git", *identity, *arguments]
        done = subprocess.run(command, cwd=self.workspace, check=True, capture_output=True, text=True)
        return done.stdout

    def environment(self, seconds):
        paths = {name.upper(): self.folder / name for name in ("inputs", "exchange", "control")}
        ours = {f"AUTOCODER_{name}": str(path) for name, path in paths.items()}
        return {
            "PATH": os.environ["PATH"],
            "AUTOCODER_WORKSPACE": str(self.workspace),
            "AUTOCODER_AGENT": str(CONTAINERS / self.agent),
            "AUTOCODER_MODEL": AGENTS[self.agent].default_model,
            "AUTOCODER_MODEL_URL": self.model_url,
            "AUTOCODER_SECONDS": str(seconds),
            "AUTOCODER_GRACE_SECONDS": "2",
            **ours,
        }

    def start(self, prompt, seconds=60):
        """Start the wrapper, as the container would."""
        (self.folder / "inputs" / "prompt.md").write_text(prompt)
        command = [*as_in_a_container(), "/bin/sh", str(CONTAINERS / "base" / "agent.sh")]
        return subprocess.Popen(command, env=self.environment(seconds), cwd="/", stdin=subprocess.DEVNULL)

    def do(self, prompt, seconds=60):
        """Let the agent work on *prompt* and return how it ended."""
        began, process = time.monotonic(), self.start(prompt, seconds)
        while not (self.folder / "exchange" / "exit-1.json").exists() and process.poll() is None:
            assert time.monotonic() < began + seconds + 30
            time.sleep(0.01)
        self.stop()
        assert process.wait(30) == 0
        return self.ended(time.monotonic() - began)

    def ended(self, seconds=0.0):
        """What the wrapper has left."""
        exchange = self.folder / "exchange"
        readable, final = read_log(self.agent, exchange / "log-1")
        log = (exchange / "log-1").read_text(errors="replace")
        lacking[self.agent] = missing_reply(self.agent, log)
        assert not lacking[self.agent], lacking[self.agent]
        return Ended(json.loads((exchange / "exit-1.json").read_text()), log, readable, final, seconds)

    def stop(self):
        """Tell the wrapper to end the agent."""
        (self.folder / "control" / "stop").touch()


class Model:
    """The scripted model that all agents of a test session talk to."""

    def __init__(self, url):
        self.url = url
        self.http = httpx.Client(base_url=url, timeout=10, trust_env=False)

    def forget(self):
        self.http.delete("/_control/requests")
        self.http.delete("/_control/faults")

    def add(self, name, match, steps):
        body = {"name": name, "match": match, "steps": steps}
        assert self.http.post("/_control/conversations", json=body).status_code == 201

    def requests(self):
        return self.http.get("/_control/requests").json()["requests"]

    def fail(self, agent, status):
        """Answer every model call with *status*, in the provider's words."""
        body = json.dumps(error_body(AGENTS[agent].provider, status))
        fault = {"path": "^/(v1|openai)", "method": "POST", "status": status, "body": body}
        fault |= {"times": 10_000, "headers": {"retry-after": "1"}}
        assert self.http.post("/_control/faults", json=fault).status_code == 200
