"""How runs end early: by a cancel, by the end of the emulator, and without leaving processes or folders."""

import os
import re
import signal
import time
from functools import partial
from pathlib import Path

import httpx
import pytest

from emulators.azure_devops.__main__ import build
from emulators.azure_devops.control.client import AzureDevOps
from emulators.azure_devops.pipelines.agent.left_processes import MARK
from emulators.processes.marked import marked
from tests.emulators.azure_devops.conftest import Running, commit
from tests.emulators.running import running as program

SHORT = "variables:\n  PROCESS_SIGINT_TIMEOUT: 200\n"
TRAP = "    trap 'echo got INT; exit 0' INT\n    echo ready\n    for i in $(seq 600); do sleep 0.1; done\n"
VERSION = {"api-version": "7.1"}


def begun(pipeline, run, words="ready"):
    """Wait until a run has printed *words*."""
    pipeline.wait(run, lambda it: words in pipeline.log(it), words)


def test_a_cancelled_run_gets_sigint_and_only_fitting_steps_follow(new_pipeline):
    pipeline = new_pipeline(
        f"steps:\n- checkout: none\n- bash: |\n{TRAP}- bash: echo no\n"
        "- bash: echo yes\n  condition: always()\n"
        "- bash: echo also\n  condition: canceled()\n- bash: echo no\n  condition: failed()\n"
    )
    run = pipeline.start()
    begun(pipeline, run)
    answer = pipeline.cancel(run)
    assert (answer.status_code, answer.json()["status"]) == (200, "cancelling")
    build = pipeline.ended(run)
    assert build["result"] == "canceled"
    assert (pipeline.get(run)["state"], pipeline.get(run)["result"]) == ("completed", "canceled")
    assert [one["result"] for one in pipeline.tasks(run)] == [
        "succeeded", "canceled", "skipped", "succeeded", "succeeded", "skipped",
    ]  # fmt: skip
    assert "got INT" in pipeline.log(run)


def test_a_process_that_ignores_sigint_gets_sigterm_then_is_killed(new_pipeline):
    traps = "    trap 'echo got INT' INT\n    trap 'echo got TERM' TERM\n"
    stubborn = f"{traps}    echo ready\n    while true; do sleep 0.1; done\n"
    pipeline = new_pipeline(f"{SHORT}steps:\n- checkout: none\n- bash: |\n{stubborn}")
    run = pipeline.start()
    begun(pipeline, run)
    pipeline.cancel(run)
    assert pipeline.ended(run)["result"] == "canceled"
    assert "got INT\ngot TERM" in pipeline.log(run)


def test_an_ended_run_cannot_be_cancelled_and_other_changes_are_not_covered(new_pipeline):
    pipeline = new_pipeline("steps:\n- checkout: none\n")
    run = pipeline.start()
    pipeline.ended(run)
    assert pipeline.cancel(run).status_code == 400
    path = f"Fabrikam Fiber/_apis/build/builds/{run}"
    assert pipeline.http.patch(path, json={"keepForever": True}).status_code == 501


def alive(words):
    """Whether a process with *words* in its command runs."""
    commands = [path.parent / "cmdline" for path in Path("/proc").glob("[0-9]*/stat")]
    return any(words.encode() in read(path) for path in commands)


def read(path):
    try:
        return path.read_bytes().replace(b"\0", b" ")
    except OSError:
        return b""


def test_what_a_step_leaves_in_the_background_serves_the_next_steps_and_ends_with_the_run(new_pipeline):
    seconds = f"3{os.getpid()}"  # known to this test only
    pipeline = new_pipeline(
        f"steps:\n- checkout: none\n- bash: sleep {seconds}.1 >/dev/null 2>&1 & env -i sleep {seconds}.2 &\n"
        f"- bash: pgrep -f 'sleep {seconds}.[12]' | wc -l | sed 's/^/still here /'\n"
        "- bash: until [ -e $(Agent.TempDirectory)/go ]; do sleep 0.1; done\n"
    )
    run = pipeline.start()
    begun(pipeline, run, "still here")
    assert (alive(f"sleep {seconds}.1"), alive(f"sleep {seconds}.2")) == (True, True)
    pipeline.release(run)
    assert pipeline.ended(run)["result"] == "succeeded"
    assert (alive(f"sleep {seconds}.1"), alive(f"sleep {seconds}.2")) == (False, False)


def test_processes_that_a_step_leaves_behind_end_with_the_run(new_pipeline, server):
    left = "    (setsid sleep 300 >/dev/null 2>&1 &)\n    nohup sleep 300 >/dev/null 2>&1 &\n"
    pipeline = new_pipeline(f"steps:\n- checkout: none\n- bash: |\n{left}")
    run = pipeline.start()
    assert pipeline.ended(run)["result"] == "succeeded"
    assert [pid for pid in marked(MARK, "") if str(server.state) in environment(pid)] == []


def test_a_background_process_that_keeps_the_output_open_does_not_hold_the_run(new_pipeline):
    pipeline = new_pipeline("steps:\n- checkout: none\n- bash: sleep 300 & echo done\n")
    run = pipeline.start()
    assert pipeline.ended(run)["result"] == "succeeded"


def test_the_folders_of_a_run_are_removed(new_pipeline, server):
    pipeline = new_pipeline(
        "steps:\n- checkout: none\n- bash: echo x > a.txt; echo in $(Pipeline.Workspace)\n"
    )
    _, log = pipeline.result()
    (folder,) = re.findall(r"^in (.*)$", log, re.MULTILINE)
    assert Path(folder).is_relative_to(server.state)
    assert not Path(folder).exists()


def environment(pid):
    """The environment of a process, empty if it has ended."""
    try:
        return Path(f"/proc/{pid}/environ").read_bytes().decode(errors="replace")
    except OSError:
        return ""


@pytest.fixture
def sleeping(tmp_path, work_tree):
    """Start a run that sleeps at a server, which a function of the test starts; returns its address."""
    commit(work_tree, "ci.yml", "steps:\n- checkout: none\n- bash: echo ready; sleep 300\n")

    def start(url):
        with AzureDevOps(url) as ado:
            ado.create_project("P")
            ado.import_repository("P", "r", work_tree)
            pipeline = ado.create_pipeline("P", "p", "r", "ci.yml")
            path = ado.api("P", f"pipelines/{pipeline['id']}/runs")
            run = httpx.post(path, json={}, params=VERSION, auth=("", ado.pat)).json()["id"]
            log = ado.api("P", f"build/builds/{run}/logs/2")
            for _ in range(600):
                if "ready" in httpx.get(log, params=VERSION, auth=("", ado.pat)).text:
                    return run
                time.sleep(0.05)
        raise AssertionError("the run did not begin")

    return start


def build_at(url, run):
    with AzureDevOps(url) as ado:
        return httpx.get(ado.api("P", f"build/builds/{run}"), params=VERSION, auth=("", ado.pat)).json()


def test_a_stopped_emulator_cancels_its_runs_and_ends_their_processes(tmp_path, sleeping):
    server = Running(tmp_path / "state", partial(build, task=tmp_path))
    run = sleeping(server.url)
    work = tmp_path / "state" / "azure_devops" / "pipelines" / "work"
    assert list(work.glob("*/*"))
    server.stop()
    assert not work.exists() or not list(work.glob("*/*"))
    assert [pid for pid in marked(MARK, "") if str(tmp_path) in environment(pid)] == []
    again = Running(tmp_path / "state", build)
    try:
        assert build_at(again.url, run)["result"] == "canceled"
    finally:
        again.stop()


def test_a_killed_emulator_leaves_no_process_and_its_run_has_failed(tmp_path, sleeping):
    with program("azure_devops", tmp_path / "state", "--pipelines") as server:
        run = sleeping(server.url)
        assert [pid for pid in marked(MARK, "") if str(tmp_path) in environment(pid)]
        os.kill(server.process.pid, signal.SIGKILL)
        server.process.wait(10)
    for _ in range(200):
        left = [pid for pid in marked(MARK, "") if str(tmp_path) in environment(pid)]
        if not left:
            break
        time.sleep(0.05)
    assert left == []
    with program("azure_devops", tmp_path / "state") as again:
        assert build_at(again.url, run)["result"] == "failed"
