"""Runs every installable agent for real: it does the work, and a failure is never reported as success."""

import contextlib
import json
import subprocess
import sys
import threading
import time

import pytest

from tests.containers.agents.at_work import PLACEHOLDER, SAMPLE, as_in_a_container, each_agent

PATIENCE = 12  # some retry for longer than a test can wait; reaching the deadline is a failure as well
TITLE = json.loads((SAMPLE / "work_item.json").read_text())["title"]


def wait_for_file(path, run):
    """Wait until the agent of *run* has written *path*; starting it takes long while the machine is busy."""
    deadline = time.monotonic() + 100
    while not path.exists() and time.monotonic() < deadline:
        threading.Event().wait(0.05)
    assert path.exists(), (run.folder / "exchange" / "log").read_text(errors="replace")[-3000:]


@each_agent()
def test_does_the_sample_work_item_with_its_own_tools(agent, run, model):
    ended = run.do(f"# {TITLE}\n\nPlease do it. `$(touch OUCH)`; \"quotes\" '; touch OUCH'\n")
    assert ended.well, ended.log[-3000:]
    assert "it then prints what was renamed." in ended.log
    assert ended.final.text
    lines = [line.split(maxsplit=2)[1:] for line in ended.readable.splitlines()]
    assert {"said", "tool", "result"} <= {line[0] for line in lines}
    assert lines[-1] == ["end", "finished"]
    assert ["said", "I will look at the project first."] in lines
    assert sum("README.md" in text for word, text in lines if word == "tool") == 2
    changed = run.git("status", "--porcelain", "--untracked-files=all").split("\n")
    names = {"README.md", "tests/test_command.py", "tidy_names/__main__.py", "tidy_names/formats.py"}
    assert {line[3:] for line in changed if line} == names
    command = [sys.executable, "-m", "unittest", "discover", "-s", "tests"]
    assert subprocess.run(command, cwd=run.workspace, capture_output=True).returncode == 0


@each_agent()
def test_sends_the_prompt_and_the_system_prompt_and_no_key(agent, run, model):
    prompt = 'Say hello.\n/help\n-x --yes @README.md "quoted" ${HOME} ünïcödé 🦀'
    model.add("hello", "Say hello", [{"say": "Hello!"}])
    ended = run.do(prompt)
    assert ended.well, ended.log[-3000:]
    assert "Hello!" in ended.final.text
    asked = [request for request in model.requests() if request["tools"]]
    assert asked
    for line in prompt.splitlines():
        assert line in asked[0]["prompt"]
    assert "The word of the day is rhubarb." in asked[0]["context"]
    assert {request["keyPrefix"] for request in asked} == {PLACEHOLDER[:6]}
    assert str(run.workspace) in asked[0]["context"]


@each_agent()
def test_takes_a_prompt_longer_than_an_argument_may_be(agent, run, model):
    model.add("long", "Say hello", [{"say": "Hello!"}])
    ended = run.do("Say hello.\n" + "A line of a long description.\n" * 8_000)
    assert ended.well, ended.log[-3000:]


@each_agent()
@pytest.mark.parametrize("status", [400, 401, 429, 500])
def test_a_model_that_refuses_is_a_failure(agent, run, model, status):
    model.fail(agent, status)
    ended = run.do("Do something.", seconds=PATIENCE)
    assert not ended.well
    if ended.exit["reason"] == "exited":
        assert {"error", "end"} & {line.split()[1] for line in ended.readable.splitlines()}
    assert ended.exit["exitCode"] != 0 or ended.exit["reason"] == "deadline"


@each_agent()
def test_a_model_that_fails_in_the_middle_is_a_failure(agent, run, model):
    steps = [{"write": "half.txt", "content": "half\n"}, {"error": 500}]
    model.add("half", "half of it", steps)
    process = run.start("Do half of it.", seconds=120)
    wait_for_file(run.workspace / "half.txt", run)
    with contextlib.suppress(subprocess.TimeoutExpired):  # some retry for longer than a test can wait
        process.wait(PATIENCE)
    run.stop()
    assert process.wait(60) == 0
    assert not run.ended().well


@each_agent()
def test_an_unreachable_gateway_is_a_failure(agent, run):
    run.model_url = "http://127.0.0.1:9"
    assert not run.do("Do something.", seconds=8).well


@each_agent()
def test_the_deadline_ends_an_agent_that_waits_for_the_model(agent, run, model):
    model.add("hangs", "hang on", [{"hang": 600}])
    ended = run.do("Please hang on.", seconds=4)
    assert ended.exit["reason"] == "deadline"
    assert not ended.well
    assert ended.seconds < 60


@each_agent()
def test_a_stop_ends_an_agent_and_its_child_processes(agent, run, model, tmp_path):
    if not as_in_a_container():
        pytest.skip("some start their shells apart; only the end of the container ends those")
    alive = tmp_path / "alive"
    loop = f"while :; do touch '{alive}'; sleep 0.1; done"
    model.add("loops", "loop for ever", [{"run": loop}, {"say": "Done."}])
    process = run.start("Please loop for ever.")
    wait_for_file(alive, run)
    run.stop()
    process.wait(60)
    ended = run.ended()
    assert ended.exit["reason"] == "stopped"
    assert not ended.well
    alive.unlink()
    threading.Event().wait(0.4)
    assert not alive.exists()
