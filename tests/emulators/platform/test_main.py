"""`python -m emulators` as a person starts it, with a trivial app."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from emulators.platform.processes import ROOT
from emulators.ports import AZURITE, KEY_VAULT, OURS
from tests.platform import a_base_port

APP = """
import azure.functions as func
app = func.FunctionApp()

@app.route(route="hello", auth_level=func.AuthLevel.ANONYMOUS)
def hello(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse("hello")
"""
SECONDS = 30


class Launcher:
    """`python -m emulators` with its own folder, ports and process group."""

    def __init__(self, folder: Path, base: int):
        self.folder, self.base, self.state = folder, base, folder / "the state"
        app = folder / "app"
        app.mkdir(exist_ok=True)
        (app / "function_app.py").write_text(APP)
        (app / "host.json").write_text('{"version": "2.0"}')
        command = [sys.executable, "-m", "emulators", "--state", str(self.state), "--app", str(app)]
        self.popen = subprocess.Popen(
            [*command, "--base-port", str(base)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def wait_until_ready(self):
        lines = []
        for line in self.popen.stdout:
            lines.append(line)
            if "The platform is ready" in line:
                return "".join(lines)
        raise AssertionError(f"it ended: {''.join(lines)}{self.popen.stderr.read()}")

    def press_ctrl_c(self):
        os.killpg(self.popen.pid, signal.SIGINT)

    def processes(self):
        """The processes whose command line names the state folder."""
        return [pid for pid in all_processes() if str(self.state) in command_line(pid)]

    def wait_until_gone(self):
        deadline = time.monotonic() + SECONDS
        while self.processes() and time.monotonic() < deadline:
            time.sleep(0.02)
        return self.processes() == []

    def close(self):
        if self.popen.poll() is None:
            self.popen.terminate()
        self.popen.communicate(timeout=SECONDS)


def all_processes():
    return [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]


def command_line(pid):
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
    except OSError:
        return ""


@pytest.fixture
def launch(tmp_path):
    launched = []

    def launch(base=None):
        launched.append(Launcher(tmp_path, base or a_base_port()))
        return launched[-1]

    yield launch
    for launcher in launched:
        launcher.close()


def test_prints_all_addresses_and_leaves_nothing_after_ctrl_c(launch):
    launcher = launch()
    printed = launcher.wait_until_ready()
    assert all(emulator.url(launcher.base) in printed for emulator in (*OURS, *AZURITE))
    assert re.search(r"isolation +(containers run in bubblewrap|NOT isolated: install bubblewrap)", printed)
    assert len(launcher.processes()) == len(OURS) + 2  # Azurite and the launcher
    launcher.press_ctrl_c()
    assert launcher.popen.wait(SECONDS) == 0
    assert launcher.processes() == []


def test_no_secret_is_on_a_command_line(launch):
    launcher = launch()
    launcher.wait_until_ready()
    commands = "".join(command_line(pid) for pid in launcher.processes())
    secrets = (launcher.state / "platform" / "passwords.json").read_text().split('"')[3::4]
    assert len(secrets) == 2
    assert not any(secret in commands for secret in secrets)


def test_a_second_platform_on_the_same_folder_is_refused(launch):
    first = launch()
    first.wait_until_ready()
    second = launch()
    assert second.popen.wait(SECONDS) == 1
    message = second.popen.stderr.read()
    assert "belongs to a platform that is running" in message
    assert "--state FOLDER" in message
    assert first.popen.poll() is None


def test_a_taken_port_ends_the_start_with_one_clear_message(launch):
    base = a_base_port()
    with socket.create_server(("127.0.0.1", KEY_VAULT.port(base))):
        launcher = launch(base)
        assert launcher.popen.wait(SECONDS) == 1
    message = launcher.popen.stderr.read()
    assert f"Port {KEY_VAULT.port(base)}, for key_vault, is taken by" in message
    assert f"(process {os.getpid()})" in message
    assert "Traceback" not in message
    assert launcher.processes() == []


@pytest.mark.parametrize(
    ("program", "option"),
    [
        ("emulators", "argument --base-port"),
        ("emulators.identity", "argument --base-port"),
        ("emulators.platform.run", "make run: BASE_PORT"),
    ],
)
def test_an_impossible_base_port_is_refused_with_the_range(program, option):
    agent = ["--agent", "claude"] if program.endswith("run") else []
    command = [sys.executable, "-m", program, *agent, "--base-port=99999"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=SECONDS)
    assert done.returncode == 2
    assert f"{option}: '99999' is not a number from 1 to 65526" in done.stderr


@pytest.mark.parametrize("victim", ["identity", "functions_host"])
def test_a_program_that_dies_is_named_and_stops_the_platform(launch, victim):
    launcher = launch()
    launcher.wait_until_ready()
    pid = next(pid for pid in launcher.processes() if f"emulators.{victim}" in command_line(pid))
    os.kill(pid, signal.SIGKILL)
    assert launcher.popen.wait(SECONDS) == 1
    assert f"{victim} ended (signal SIGKILL)" in launcher.popen.stderr.read()
    assert launcher.processes() == []


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children of their parent's end")
def test_nothing_is_left_when_the_launcher_is_killed(launch):
    launcher = launch()
    launcher.wait_until_ready()
    launcher.popen.kill()
    assert launcher.wait_until_gone()


def test_an_app_that_cannot_be_loaded_is_shown_with_its_reason(launch, tmp_path, monkeypatch):
    monkeypatch.setattr(f"{__name__}.APP", "raise RuntimeError('this app is broken')")
    launcher = launch()
    assert launcher.popen.wait(SECONDS) == 1
    message = launcher.popen.stderr.read()
    assert "functions_host ended" in message
    assert "this app is broken" in message
    assert launcher.processes() == []
