"""The two commands for people: `make demo` and `make run`."""

import json
import os
import re
import signal
import subprocess
import sys

import pytest

from emulators.platform.processes import ROOT
from tests.containers.agents.at_work import AGENTS, each_agent, needs_installation
from tests.platform import a_base_port

SECONDS = 90


@pytest.fixture
def start(tmp_path):
    """Start `python -m emulators.platform.<name>` on its own state folder; it is stopped at the end."""
    started = []

    def start(name, *arguments, **environment):
        command = [sys.executable, "-m", f"emulators.platform.{name}", "--state", str(tmp_path / "a state")]
        process = subprocess.Popen(
            [*command, "--agent", "claude", *arguments],
            cwd=ROOT,
            env={**{k: v for k, v in os.environ.items() if k != "ANTHROPIC_API_KEY"}, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.terminate()
        process.communicate(timeout=SECONDS)


def lines_until(process, pattern):
    lines = []
    for line in process.stdout:
        lines.append(line)
        if re.search(pattern, line):
            return "".join(lines)
    raise AssertionError(f"{pattern!r} was not printed: {''.join(lines)}")


@each_agent(quick=())
def test_the_demo_of_each_agent_shows_its_run_and_exits_0(agent, start, tmp_path):
    needs_installation(agent)
    process = start("demo", "--agent", agent)
    printed, _ = process.communicate(timeout=SECONDS)
    assert process.returncode == 0, printed
    assert f"{AGENTS[agent].name} · {AGENTS[agent].default_model} · " in printed
    assert not re.search(r" · 0 turns", printed)
    assert re.search(r"/pullrequest/\d+\n", printed)
    for part in ("## Verification", "tokens in", "4 files changed", "A pull request is ready", "publishing"):
        assert part in printed
    for page in ("pull-request.html", "work-item.html"):
        assert "--json" in (tmp_path / "a state" / "pages" / page).read_text()


def test_the_demo_explains_wrong_arguments_before_anything_starts(start):
    for arguments, reason in (
        (["--agent", "nobody"], "There is no agent 'nobody'"),
        (["--model", "real"], "set ANTHROPIC_API_KEY"),
    ):
        process = start("demo", *arguments)
        printed, _ = process.communicate(timeout=SECONDS)
        assert process.returncode == 1
        assert reason in printed
        assert "Traceback" not in printed


@pytest.mark.slow
def test_every_printed_command_reaches_the_app_and_the_steps_of_the_run_are_printed(start):
    process = start("run", "--base-port", str(a_base_port()))
    printed = lines_until(process, r"Each step of each run is printed")
    secrets, *ways = printed[printed.index("KEY=$(") : printed.index("An answer 202")].split("\n\n#")
    answers = [json.loads(shell(f"{secrets}\n#{way}")) for way in ways]
    tagged, started, delivered = answers
    assert re.search(r"^runs +http://127\.0\.0\.1:\d+/_runs$", printed, re.MULTILINE)
    assert tagged["fields"]["System.Tags"] == "autocoder"
    assert started.get("status") == "queued" or started["error"]["code"] == "run_active"
    assert delivered["status"] == "accepted"
    again = json.loads(shell(f"{secrets}\n#{ways[2]}"))
    assert again["deliveryId"] != delivered["deliveryId"]
    followed = lines_until(process, r"\d\d:\d\d:\d\d  run [a-z0-9]{20}  preparing")
    (show, log) = re.findall(r"^curl .*$", followed, re.MULTILINE)[:2]
    assert json.loads(shell(f"{secrets}\n{show}"))["workItemId"] == tagged["id"]
    assert "text" in json.loads(shell(f"{secrets}\n{log}"))
    os.killpg(process.pid, signal.SIGINT)
    ended, _ = process.communicate(timeout=SECONDS)
    assert process.returncode == 0
    assert "The platform has ended." in ended


def shell(script):
    return subprocess.run(["sh", "-c", script], capture_output=True, text=True, timeout=SECONDS).stdout


@pytest.mark.slow
def test_a_work_item_that_does_not_exist_is_explained_where_its_run_ends(start):
    process = start("run", "--base-port", str(a_base_port()))
    printed = lines_until(process, r"Each step of each run is printed")
    secrets, *ways = printed[printed.index("KEY=$(") : printed.index("An answer 202")].split("\n\n#")
    by_rest = next(way for way in ways if "/api/runs" in way)
    assert json.loads(shell(f"{secrets}\n#{by_rest}".replace('"workItemId": 1', '"workItemId": 999')))["id"]
    assert "failed\n" in lines_until(process, r"^ +Work item 999: .*does not exist")
