import os
import sys
import time
from pathlib import Path

import pytest

from emulators.platform.processes import PlatformError, Process, Program, check_alive, end, wait_until_ready

SERVES = "import signal; print('ready', flush=True); signal.pause()"
STUBBORN = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {SERVES}"
WITH_A_CHILD = f"import subprocess; print(subprocess.Popen(['sleep', '100']).pid, flush=True); {SERVES}"


def program(code, *, ready="ready"):
    return Program("a_program", [sys.executable, "-c", code], [ready])


@pytest.fixture
def start(tmp_path):
    started = []

    def start(code, **options):
        started.append(Process(program(code, **options), tmp_path / "log"))
        return started[-1]

    yield start
    end(started, 0)


def is_gone(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except FileNotFoundError:
        return True


def test_a_program_is_ready_when_its_log_says_so(start):
    process = start(SERVES)
    wait_until_ready([process], 10)
    assert process.is_alive


def test_a_program_that_ends_before_it_is_ready_is_shown_with_its_last_lines(start):
    process = start("print('the port is taken'); raise SystemExit(3)")
    with pytest.raises(PlatformError, match=r"a_program ended \(exit code 3\)[\s\S]*the port is taken"):
        wait_until_ready([process], 10)


def test_a_program_that_takes_too_long_is_named(start):
    with pytest.raises(PlatformError, match="a_program did not start within"):
        wait_until_ready([start(SERVES, ready="never said")], 0.3)


def test_the_output_of_an_earlier_start_does_not_count(start, tmp_path):
    (tmp_path / "log").write_text("ready\n")
    assert not start("import signal; signal.pause()").is_ready


def test_a_killed_program_is_named_with_its_signal(start):
    process = start(SERVES)
    process.kill()
    with pytest.raises(PlatformError, match="SIGKILL"):
        check_alive([process])


def test_a_program_that_ignores_the_request_to_end_is_killed(start):
    process = start(STUBBORN)
    wait_until_ready([process], 10)
    end([process], 0.1)
    assert not process.is_alive


def test_the_children_of_a_program_end_with_it(start):
    process = start(WITH_A_CHILD)
    wait_until_ready([process], 10)
    child = int(process.output().split()[0])
    end([process], 5)
    deadline = time.monotonic() + 5
    while not is_gone(child) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert is_gone(child)


def test_no_secret_of_the_caller_reaches_a_program(start, monkeypatch):
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-of-a-person")
    process = start("import os; print(dict(os.environ)); print('ready', flush=True)")
    process.popen.wait()
    assert "ready" in process.output()
    assert "sk-of-a-person" not in process.output()
    assert os.environ["PATH"] in process.output()
