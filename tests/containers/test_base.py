import json
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.containers.group import BASE, CHECKOUT

SHELLS = [shell for shell in ("dash", "bash", "busybox") if shutil.which(shell)]


@pytest.fixture(params=SHELLS)
def shell(request):
    return {"busybox": ["busybox", "sh"], "bash": ["bash", "--posix"]}.get(request.param, [request.param])


class Agent:
    """Runs agent.sh alone, with its folders and no other container."""

    def __init__(self, folder, shell):
        self.folder, self.shell, self.base = folder, shell, BASE
        for name in ("workspace", "inputs", "exchange", "control", "agent"):
            (folder / name).mkdir()
        (folder / "inputs" / "clone.json").write_text('{"state": "ready"}')
        self.environment = {
            "PATH": os.environ["PATH"],
            "AUTOCODER_SECONDS": "20",
            "AUTOCODER_GRACE_SECONDS": "1",
        }
        self.process = None

    def start(self, script, begin=True):
        (self.folder / "agent" / "run.sh").write_text(script + "\n")
        names = ("workspace", "inputs", "exchange", "control", "agent")
        places = {f"AUTOCODER_{name.upper()}": str(self.folder / name) for name in names}
        command = [*self.shell, str(self.base / "agent.sh")]
        self.process = subprocess.Popen(command, env={**places, **self.environment}, cwd="/")
        if begin:
            (self.folder / "control" / "start").touch()

    def exit(self):
        assert self.process.wait(30) == 0
        return json.loads((self.folder / "exchange" / "exit.json").read_text())

    def log(self):
        return (self.folder / "exchange" / "log").read_text()

    def wait_for(self, name):
        for _ in range(1000):
            if (self.folder / name).exists():
                return
            time.sleep(0.01)
        raise AssertionError(name)


@pytest.fixture
def agent(tmp_path, shell):
    folder = tmp_path / "some where"
    folder.mkdir()
    started = Agent(folder, shell)
    yield started
    if started.process is not None and started.process.poll() is None:
        started.process.kill()


def test_keeps_exit_code_output_and_working_directory(agent):
    agent.start('echo out; echo err >&2; pwd; cat; [ -d "$HOME" ] && ls -A "$HOME" "$TMPDIR"; exit 42')
    told = agent.exit()
    assert (told["exitCode"], told["reason"]) == (42, "exited")
    lines = agent.log().splitlines()
    assert lines[:3] == ["out", "err", str(agent.folder / "workspace")]


def test_home_is_fresh_outside_the_checkout_and_gone_afterwards(agent):
    agent.start('echo "$HOME"; echo "$TMPDIR"; touch "$HOME/x" "$TMPDIR/y"')
    agent.exit()
    for path in agent.log().split():
        assert not path.startswith(str(agent.folder))
        assert not Path(path).exists()


def test_waits_for_the_supervisor(agent):
    agent.start("echo begun", begin=False)
    agent.wait_for("exchange/heartbeat")
    assert not (agent.folder / "exchange" / "log").exists()
    (agent.folder / "control" / "start").touch()
    agent.exit()


def test_exits_without_a_log_when_the_clone_failed(agent):
    (agent.folder / "inputs" / "clone.json").write_text('{"state": "failed", "reason": "ready"}')
    agent.start("echo begun")
    assert agent.process.wait(10) == 0
    assert not (agent.folder / "exchange" / "log").exists()


def test_starts_nothing_when_it_cannot_write_to_the_exchange(agent):
    agent.environment["AUTOCODER_EXCHANGE"] = str(agent.folder / "not there")
    agent.start("touch begun", begin=False)
    assert agent.process.wait(10) == 0
    assert not (agent.folder / "workspace" / "begun").exists()


def test_stops_before_the_agent_was_started(agent):
    agent.start("echo begun", begin=False)
    (agent.folder / "control" / "done").touch()
    assert agent.exit()["reason"] == "stopped"


def test_a_stop_ends_the_process_group_quickly(agent):
    agent.start(
        "trap 'echo bye; exit 5' TERM; touch here; (sleep 400 & sleep 400) & while :; do sleep 0.1; done"
    )
    agent.wait_for("workspace/here")
    began = time.monotonic()
    (agent.folder / "control" / "stop").touch()
    told = agent.exit()
    assert (told["reason"], told["exitCode"]) == ("stopped", 5)
    assert time.monotonic() - began < 3
    assert agent.log().endswith("bye\n")


def test_kills_an_agent_that_ignores_sigterm(agent):
    agent.environment["AUTOCODER_SECONDS"] = "1"
    agent.start("trap '' TERM; touch here; while :; do sleep 0.1; done")
    told = agent.exit()
    assert (told["reason"], told["exitCode"]) == ("deadline", 137)
    assert 1 <= told["seconds"] < 6


def test_a_signal_to_the_wrapper_ends_the_agent(agent):
    agent.start("touch here; sleep 401")
    agent.wait_for("workspace/here")
    agent.process.send_signal(signal.SIGTERM)
    assert agent.exit()["reason"] == "stopped"


def test_updates_the_heartbeat_while_the_agent_works(agent):
    agent.start("sleep 2.5")
    agent.wait_for("exchange/heartbeat")
    beats = set()
    while agent.process.poll() is None:
        beats.add((agent.folder / "exchange" / "heartbeat").stat().st_mtime_ns)
        time.sleep(0.05)
    assert len(beats) >= 3


def test_keeps_the_deadline_when_the_heartbeat_cannot_be_written(agent):
    agent.environment["AUTOCODER_SECONDS"] = "2"
    agent.start(
        f"rm '{agent.folder}/exchange/heartbeat'; mkdir '{agent.folder}/exchange/heartbeat'; sleep 403"
    )
    assert agent.exit()["reason"] == "deadline"


def test_writes_the_exit_file_on_a_volume_that_the_agent_has_filled(agent):
    exchange = agent.folder / "exchange"
    tiny = ["bwrap", "--dev-bind", "/", "/", "--size", "65536", "--tmpfs", str(exchange), "--"]
    if subprocess.run([*tiny, "true"], capture_output=True).returncode:
        pytest.skip("bubblewrap does not work here")
    agent.environment |= {
        f"AUTOCODER_{name.upper()}": str(agent.folder / name)
        for name in ("workspace", "inputs", "exchange", "control", "agent")
    }
    (agent.folder / "agent" / "run.sh").write_text("head -c 1000000 /dev/zero; exit 7\n")
    (agent.folder / "control" / "start").touch()
    script = '"$@" >&2; cat "$AUTOCODER_EXCHANGE/exit.json"'
    command = [*tiny, "sh", "-c", script, "sh", *agent.shell, str(BASE / "agent.sh")]
    done = subprocess.run(command, env=agent.environment, capture_output=True, timeout=30)
    assert (json.loads(done.stdout)["exitCode"], json.loads(done.stdout)["reason"]) == (7, "exited")


def test_the_agent_can_look_at_the_checkout_whoever_owns_it(agent):
    agent.start("git config --get-all safe.directory")
    agent.exit()
    assert agent.log() == "*\n"


@pytest.fixture
def verify(tmp_path, shell):
    control, verification = tmp_path / "con trol", tmp_path / "veri fication"
    (control / "verify").mkdir(parents=True)
    verification.mkdir()
    (control / "checkout" / "inner").mkdir(parents=True)
    (control / "checkout" / "link").symlink_to("/etc")
    (control / "checkout" / "run.sh").write_text("echo it runs\n")
    (control / "checkout" / "run.sh").chmod(0o755)
    names = {"AUTOCODER_CONTROL": str(control), "AUTOCODER_VERIFICATION": str(verification)}

    def start(*scripts, ready=True, setup=0, seconds=60, **environment):
        (control / "verify" / "setup").write_text(str(setup))
        (control / "verify" / "seconds").write_text(str(seconds))
        for number, script in enumerate(scripts, 1):
            (control / "verify" / f"{number}.sh").write_text(script + "\n")
        if ready:
            (control / "verify.ready").touch()
        command = [*shell, str(BASE / "verify.sh")]
        return subprocess.Popen(command, env={"PATH": os.environ["PATH"], **names, **environment}, cwd="/")

    start.control, start.results = control, verification / "results"
    start.done = verification / "done"
    return start


def test_runs_the_commands_in_order(verify):
    process = verify("pwd; exit 3", "false; echo no", "cat; echo ok")
    assert process.wait(20) == 0
    told = {path.name: path.read_text().strip() for path in verify.results.iterdir()}
    assert [told[f"{n}.exit"] for n in (1, 2, 3)] == ["3", "1", "0"]
    assert told["1.log"].endswith("veri fication/checkout")
    assert (told["2.log"], told["3.log"]) == ("", "ok")
    assert all(float(told[f"{n}.seconds"]) < 10 for n in (1, 2, 3))
    assert verify.done.exists()


def test_replaces_a_link_in_the_place_of_the_checkout(verify, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (verify.results.parent / "checkout").symlink_to(outside)
    assert verify("./run.sh; readlink link; test -d inner; echo mine >new").wait(20) == 0
    assert (verify.results / "1.log").read_text() == "it runs\n/etc\n"
    assert list(outside.iterdir()) == []
    assert not (verify.control / "checkout" / "new").exists()


def test_all_commands_share_one_deadline_after_which_nothing_runs(verify):
    began = time.monotonic()
    assert verify("sleep 1", "sleep 402", "echo after", seconds=2).wait(20) == 0
    assert time.monotonic() - began < 6
    assert (verify.results / "1.exit").read_text() == "0\n"
    assert (verify.results / "2.exit").read_text() == "124\n"
    assert not (verify.results / "3.log").exists()
    assert verify.done.exists()


@pytest.mark.parametrize(("setup", "ran"), [(2, ["1", "2"]), (1, ["1", "2", "3"]), (0, ["1", "2", "3"])])
def test_runs_nothing_after_a_setup_that_failed(verify, setup, ran):
    assert verify("echo fine", "exit 3", "echo after", setup=setup).wait(20) == 0
    assert sorted(path.stem for path in verify.results.glob("*.exit")) == ran
    assert verify.done.exists()


def test_ends_when_there_is_nothing_to_verify(verify):
    process = verify("echo never", ready=False)
    (verify.control / "done").touch()
    assert process.wait(10) == 0
    assert not verify.results.exists()


@pytest.mark.parametrize("script", sorted(BASE.glob("*.sh")), ids=lambda path: path.name)
def test_needs_no_more_than_a_posix_shell(script):
    shellcheck = CHECKOUT / ".venv" / "bin" / "shellcheck"
    if not shellcheck.exists():
        pytest.skip("shellcheck is not installed")
    subprocess.run([shellcheck, "--shell", "sh", "--external-sources", script], cwd=CHECKOUT, check=True)


def fill_tools(folder, shell, hook=""):
    """Run tools.sh as the init container would; returns the volume."""
    agent, tools = folder / "the agent", folder / "the tools"
    (agent / "bin").mkdir(parents=True)
    tools.mkdir()
    (agent / "run.sh").write_text("true\n")
    (agent / "bin" / "program").symlink_to("../run.sh")
    if hook:
        (agent / "tools.sh").write_text(hook)
    environment = {"PATH": os.environ["PATH"], "AUTOCODER_AGENT": str(agent), "AUTOCODER_TOOLS": str(tools)}
    subprocess.run([*shell, str(BASE / "tools.sh")], env=environment, cwd="/", check=True)
    return tools


def test_the_tools_are_wrappers_agent_and_bash(tmp_path, shell):
    tools = fill_tools(tmp_path, shell)
    assert (tools / "base" / "agent.sh").read_bytes() == (BASE / "agent.sh").read_bytes()
    assert {path.name for path in BASE.glob("*.sh")} <= {path.name for path in (tools / "base").iterdir()}
    assert (tools / "agent" / "bin" / "program").is_symlink()
    assert (tools / "agent" / "bin" / "program").read_text() == "true\n"
    assert os.access(tools / "bin" / "bash", os.X_OK)
    assert all(path.stat().st_mode & 0o004 for path in tools.rglob("*"))


def test_the_wrappers_work_from_the_volume_of_tools(agent, tmp_path, shell):
    agent.base = fill_tools(tmp_path, shell) / "base"
    agent.start("echo from the volume")
    assert agent.exit()["exitCode"] == 0
    assert agent.log() == "from the volume\n"


def test_an_agent_may_bring_more_tools(tmp_path, shell):
    tools = fill_tools(tmp_path, shell, hook='echo more >"$AUTOCODER_TOOLS/more"\n')
    assert (tools / "more").read_text() == "more\n"
