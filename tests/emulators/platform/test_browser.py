"""The browser of tests and scenarios: its limits, and that nothing of it is left, however it ends."""

import signal
import subprocess
import sys
import time

import pytest

from emulators.platform import browser as browsers
from emulators.platform.browser import MARK, Browser, ProgramError, missing
from emulators.platform.processes import ROOT
from emulators.processes.marked import marked
from tests.needs import need

PROGRAM = """
from emulators.platform.browser import Browser
with Browser() as browser:
    print(browser._mark, flush=True)
    browser.run("await page.goto('about:blank'); await new Promise(() => {})")
"""


@pytest.fixture
def browser():
    need(missing())
    with Browser() as running:
        yield running


def is_gone(mark):
    """Whether no process of a browser is left, now or soon."""
    for _ in range(200):
        if not marked(MARK, mark):
            return True
        time.sleep(0.05)
    return False


def test_a_program_returns_its_value_or_raises_its_error(browser):
    assert browser.run("return [word, await page.evaluate(() => 1 + 1)]", word="a\nb") == ["a\nb", 2]
    with pytest.raises(ProgramError, match="that is wrong"):
        browser.run("throw new Error('that is wrong')")


def test_a_program_without_an_end_is_stopped_with_its_browser(browser):
    with pytest.raises(ProgramError, match=r"took over 0\.5 s"):
        browser.run("await page.goto('about:blank'); await new Promise(() => {})", limit=0.5)
    assert is_gone(browser._mark)
    with pytest.raises(ProgramError, match="has ended"):
        browser.run("return 1")


def test_an_answer_that_is_too_large_is_refused(browser, monkeypatch):
    monkeypatch.setattr(browsers, "MAX_ANSWER_BYTES", 100_000)
    with pytest.raises(ProgramError, match="answered over 100000 bytes"):
        browser.run("return 'x'.repeat(200_000)")


def test_a_driver_that_ends_is_reported(browser):
    with pytest.raises(ProgramError, match="has ended"):
        browser.run("process.exit(1)")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_nothing_is_left_of_a_browser_whose_program_is_ended(number):
    need(missing())
    command = [sys.executable, "-c", PROGRAM]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        mark = process.stdout.readline().strip()
        assert marked(MARK, mark)
        process.send_signal(number)
        assert process.wait(20) != 0
    assert is_gone(mark)
