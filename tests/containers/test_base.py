import json
import os
import shutil
import signal
import subprocess
import sys
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
        for name in ("workspace", "inputs", "exchange", "control/agent", "agent"):
            (folder / name).mkdir(parents=True)
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
            self.begin(1)

    def begin(self, turn, prompt=None):
        if prompt is not None:
            (self.folder / "control" / "agent" / str(turn)).mkdir()
            (self.folder / "control" / "agent" / str(turn) / "prompt.md").write_text(prompt)
        (self.folder / "control" / "agent" / f"start-{turn}").touch()

    def ended(self, turn):
        self.wait_for(f"exchange/exit-{turn}.json", 30)
        return json.loads((self.folder / "exchange" / f"exit-{turn}.json").read_text())

    def tell(self, word):
        (self.folder / "control" / word).touch()

    def exit(self):
        told = self.ended(1)
        self.tell("stop")
        assert self.process.wait(30) == 0
        return told

    def log(self, turn=1):
        return (self.folder / "exchange" / f"log-{turn}").read_text()

    def wait_for(self, name, seconds=10):
        for _ in range(100 * seconds):
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
    assert not (agent.folder / "exchange" / "log-1").exists()
    agent.begin(1)
    agent.exit()


def test_exits_without_a_log_when_the_clone_failed(agent):
    (agent.folder / "inputs" / "clone.json").write_text('{"state": "failed", "reason": "ready"}')
    agent.start("echo begun")
    assert agent.process.wait(10) == 0
    assert not (agent.folder / "exchange" / "log-1").exists()


def test_starts_nothing_when_it_cannot_write_to_the_exchange(agent):
    agent.environment["AUTOCODER_EXCHANGE"] = str(agent.folder / "not there")
    agent.start("touch begun", begin=False)
    assert agent.process.wait(10) == 0
    assert not (agent.folder / "workspace" / "begun").exists()


def test_ends_before_the_agent_was_started(agent):
    agent.start("touch begun", begin=False)
    agent.tell("done")
    assert agent.process.wait(10) == 0
    assert list((agent.folder / "exchange").glob("exit-*")) == []


def test_an_agent_that_is_stopped_before_it_could_start_says_so(agent):
    agent.begin(1)
    agent.tell("stop")
    agent.start("touch begun", begin=False)
    assert agent.exit()["reason"] == "stopped"
    assert not (agent.folder / "workspace" / "begun").exists()


def test_an_agent_is_asked_again_in_the_same_container(agent):
    (agent.folder / "inputs" / "prompt.md").write_text("Do it.")
    agent.start('cat "$AUTOCODER_PROMPT"; ls "$HOME"; touch "$HOME/seen"; exit 0')
    assert agent.ended(1)["reason"] == "exited"
    (agent.folder / "agent" / "run.sh").write_text('cat "$AUTOCODER_PROMPT"; ls "$HOME"; exit 7\n')
    agent.begin(2, "Repair it.")
    assert (agent.ended(2)["exitCode"], agent.ended(2)["reason"]) == (7, "exited")
    assert agent.log(1) == "Do it."
    assert agent.log(2) == "Repair it.seen\n"
    assert agent.process.poll() is None
    agent.tell("done")
    assert agent.process.wait(10) == 0
    assert not (agent.folder / "exchange" / "exit-3.json").exists()


def test_all_turns_of_an_agent_share_one_time(agent):
    agent.environment["AUTOCODER_SECONDS"] = "8"
    agent.start("sleep 5")
    assert agent.ended(1)["reason"] == "exited"
    (agent.folder / "agent" / "run.sh").write_text("sleep 404\n")
    agent.begin(2)
    assert agent.ended(2)["reason"] == "deadline"
    assert agent.ended(2)["seconds"] < 5  # it has the 3 seconds that are left
    assert agent.process.wait(10) == 0  # nobody told it to


def test_an_agent_that_is_not_asked_again_ends_with_its_time(agent):
    agent.environment["AUTOCODER_SECONDS"] = "2"
    agent.start("true")
    assert agent.ended(1)["reason"] == "exited"
    assert agent.process.wait(20) == 0


def test_what_a_turn_of_the_agent_leaves_running_is_ended_before_the_next(agent):
    agent.start("sleep 405 & echo $!")
    agent.ended(1)
    left = Path(f"/proc/{agent.log().strip()}/exe")
    until = time.monotonic() + 10
    while left.exists() and time.monotonic() < until:  # the kernel ends it after the signal was sent
        time.sleep(0.01)
    assert not left.exists()
    agent.exit()


def test_turns_that_take_no_time_end_as_soon_as_the_agent(agent):
    """The watch beside the agent is ended however soon after its start."""
    agent.start("true")
    for turn in range(1, 21):
        assert agent.ended(turn)["reason"] == "exited"
        agent.begin(turn + 1)
    agent.exit()


def test_a_signal_to_the_wrapper_ends_it_between_turns(agent):
    agent.start("true")
    agent.ended(1)
    agent.process.send_signal(signal.SIGTERM)
    assert agent.process.wait(10) == 0


def test_a_stop_ends_the_process_group_quickly(agent):
    agent.start(
        "trap 'echo bye; exit 5' TERM; touch here; (sleep 400 & sleep 400) & while :; do sleep 0.1; done"
    )
    agent.wait_for("workspace/here")
    began = time.monotonic()
    agent.tell("stop")
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
    while not (agent.folder / "exchange" / "exit-1.json").exists():
        beats.add((agent.folder / "exchange" / "heartbeat").stat().st_mtime_ns)
        time.sleep(0.05)
    assert len(beats) >= 3


def test_keeps_the_deadline_when_the_heartbeat_cannot_be_written(agent):
    agent.environment["AUTOCODER_SECONDS"] = "2"
    agent.start(
        f"rm '{agent.folder}/exchange/heartbeat'; mkdir '{agent.folder}/exchange/heartbeat'; sleep 403"
    )
    assert agent.exit()["reason"] == "deadline"


# Opens a pipe for reading and writing, fills it, and keeps it open in a process of its own session.
FILL = """
import os, sys, time
descriptors = []
for path in sys.argv[1:]:
    os.path.lexists(path) and os.remove(path)
    os.mkfifo(path)
    descriptors.append(os.open(path, os.O_RDWR | os.O_NONBLOCK))
    try:
        while os.write(descriptors[-1], bytes(65536)):
            pass
    except BlockingIOError:
        pass
if os.fork() == 0:
    os.setsid()
    time.sleep(20)
"""


@pytest.fixture(params=["empty", "full"])
def pipes(request, tmp_path):
    """A command that puts pipes, which nobody reads, in the place of files."""
    (tmp_path / "fill.py").write_text(FILL)
    fill = f"'{sys.executable}' '{tmp_path}/fill.py' \"$@\" >/dev/null 2>&1"
    how = 'rm -f "$@"; mkfifo "$@"' if request.param == "empty" else fill
    (tmp_path / "pipes.sh").write_text(f"{how}\n")
    return f"sh '{tmp_path}/pipes.sh'"


def test_pipes_in_the_place_of_its_files_do_not_hold_the_agents_wrapper_up(agent, pipes):
    names = [".exit-1.json", ".exit-2.json", ".exit-3.json", "heartbeat", "log-2"]
    files = " ".join(f"'{agent.folder}/exchange/{name}'" for name in names)
    agent.start(f'{pipes} {files} "$HOME/../reason"; exit 7')
    assert (agent.ended(1)["exitCode"], agent.ended(1)["reason"]) == (7, "exited")
    (agent.folder / "agent" / "run.sh").write_text("echo again\n")
    agent.begin(2)
    assert agent.ended(2)["exitCode"] == 0
    assert agent.log(2) == "again\n"
    agent.begin(3)
    assert agent.ended(3)["exitCode"] == 0
    agent.exit()


def test_a_pipe_in_the_place_of_the_reason_does_not_keep_the_agent_running(agent, pipes):
    agent.environment["AUTOCODER_SECONDS"] = "2"
    agent.start(f"{pipes} '{agent.folder}/exchange/heartbeat' \"$HOME/../reason\"; sleep 406")
    assert agent.ended(1)["reason"] == "deadline"


def test_an_agent_whose_workspace_is_gone_has_ended(agent):
    (agent.folder / "workspace").rmdir()
    agent.start("echo begun")
    told = agent.exit()
    assert (told["exitCode"], told["reason"]) == (1, "exited")
    assert not (agent.folder / "exchange" / "log-1").exists()


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
    agent.begin(1)
    agent.environment["AUTOCODER_SECONDS"] = "2"  # after which it ends
    script = '"$@" >&2; cat "$AUTOCODER_EXCHANGE/exit-1.json"'
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
    control.mkdir()
    verification.mkdir()
    started = []
    names = {"AUTOCODER_CONTROL": str(control), "AUTOCODER_VERIFICATION": str(verification)}

    def ask(*scripts, ready=True, setup=0, seconds=60, turn=1):
        folder = control / "verify" / str(turn)
        (folder / "checkout" / "inner").mkdir(parents=True)
        (folder / "checkout" / "link").symlink_to("/etc")
        (folder / "checkout" / "run.sh").write_text(f"echo it runs\n# in turn {turn}\n")
        (folder / "checkout" / "run.sh").chmod(0o755)
        (folder / "setup").write_text(str(setup))
        (folder / "seconds").write_text(str(seconds))
        for number, script in enumerate(scripts, 1):
            (folder / f"{number}.sh").write_text(script + "\n")
        if ready:
            (control / "verify" / f"start-{turn}").touch()

    def ended(process, turn=1):
        """Wait for the end of a turn, then for that of the container; returns what the exit file says."""
        until = time.monotonic() + 30
        while not (verification / f"exit-{turn}.json").exists() and time.monotonic() < until:
            assert process.poll() is None
            time.sleep(0.01)
        return json.loads((verification / f"exit-{turn}.json").read_text())

    def start(*scripts, environment=None, **asked):
        ask(*scripts, **asked)
        command = [*shell, str(BASE / "verify.sh")]
        environment = {"PATH": os.environ["PATH"], **names, **(environment or {})}
        started.append(subprocess.Popen(command, env=environment, cwd="/"))
        return started[-1]

    def done(process):
        told = ended(process)
        (control / "done").touch()
        assert process.wait(20) == 0
        return told

    start.control, start.results = control, verification / "results-1"
    start.ask, start.ended, start.done = ask, ended, done
    yield start
    for process in started:
        process.kill()


def test_runs_the_commands_in_order(verify):
    assert verify.done(verify("pwd; exit 3", "false; echo no", "cat; echo ok"))["reason"] == "exited"
    told = {path.name: path.read_text().strip() for path in verify.results.iterdir()}
    assert [told[f"{n}.exit"] for n in (1, 2, 3)] == ["3", "1", "0"]
    assert told["1.log"].endswith("veri fication/checkout")
    assert (told["2.log"], told["3.log"]) == ("", "ok")
    assert all(float(told[f"{n}.seconds"]) < 10 for n in (1, 2, 3))


def test_another_commit_is_verified_in_the_same_container(verify):
    process = verify("touch left $HOME/left; exit 1")
    assert (verify.ended(process)["exitCode"], verify.ended(process)["reason"]) == (1, "exited")
    verify.ask("tail -n 1 run.sh; ls; ls $HOME $TMPDIR", turn=2)
    assert verify.ended(process, 2)["exitCode"] == 0
    log = (verify.results.parent / "results-2" / "1.log").read_text()
    assert "# in turn 2" in log
    assert "left" not in log
    assert (verify.results / "1.exit").read_text() == "1\n"
    assert process.poll() is None
    (verify.control / "done").touch()
    assert process.wait(10) == 0


def test_a_container_that_was_started_again_goes_on_with_the_next_turn(verify):
    (verify.results.parent / "exit-1.json").write_text("{}")
    process = verify("echo never")
    verify.ask("echo twice", turn=2)
    assert verify.ended(process, 2)["exitCode"] == 0
    assert not verify.results.exists()
    process.kill()


def test_verify_ends_with_its_time_when_nobody_tells_it_to(verify):
    process = verify("echo never", ready=False, environment={"AUTOCODER_SECONDS": "1"})
    assert process.wait(20) == 0


def test_replaces_a_link_in_the_place_of_the_checkout(verify, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (verify.results.parent / "checkout").symlink_to(outside)
    verify.done(verify("./run.sh; readlink link; test -d inner; echo mine >new"))
    assert (verify.results / "1.log").read_text() == "it runs\n/etc\n"
    assert list(outside.iterdir()) == []
    assert not (verify.control / "verify" / "1" / "checkout" / "new").exists()


def test_all_commands_share_one_deadline_after_which_nothing_runs(verify):
    began = time.monotonic()
    assert verify.done(verify("sleep 1", "sleep 402", "echo after", seconds=2))["reason"] == "deadline"
    assert time.monotonic() - began < 6
    assert (verify.results / "1.exit").read_text() == "0\n"
    assert (verify.results / "2.exit").read_text() == "124\n"
    assert not (verify.results / "3.log").exists()


def test_pipes_in_the_place_of_its_files_do_not_hold_the_verification_up(verify, pipes):
    results = verify.results.parent
    names = [f"results-1/{n}" for n in ("1.exit", "1.seconds", "2.log", "2.exit")]
    files = " ".join(f"'{results}/{name}'" for name in (*names, ".exit-1.json", ".exit-2.json"))
    process = verify(f"{pipes} {files}; exit 3", "echo two")
    assert verify.ended(process)["exitCode"] == 0
    assert (verify.results / "1.exit").read_text() == "3\n"
    assert (verify.results / "2.log").read_text() == "two\n"
    verify.ask("echo again", turn=2)
    assert verify.ended(process, 2)["exitCode"] == 0
    (verify.control / "done").touch()
    assert process.wait(20) == 0


@pytest.mark.parametrize(("setup", "ran"), [(2, ["1", "2"]), (1, ["1", "2", "3"]), (0, ["1", "2", "3"])])
def test_runs_nothing_after_a_setup_that_failed(verify, setup, ran):
    verify.done(verify("echo fine", "exit 3", "echo after", setup=setup))
    assert sorted(path.stem for path in verify.results.glob("*.exit")) == ran


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
