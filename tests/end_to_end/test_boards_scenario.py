"""`make demo SCENARIO=boards`: a person starts runs in the dialog, from work items to pull requests."""

import itertools

import pytest

from docs.screenshots import CHOSEN
from emulators.platform import browser, extension_pages
from emulators.platform.processes import PlatformError
from emulators.platform.scenarios import boards
from tests.end_to_end.test_pipeline_scenario import SECONDS, demo_of
from tests.needs import need

SHOWN = ("dialog-form", "dialog-progress", "dialog-ended", "panel", "group", "settings", "settings-whole")
STEPS = (
    *("one-1-form", "one-2-at-work", "one-3-ended", "one-4-work-item"),
    *("several-1-form", "several-2-at-work", "several-3-ended"),
)


@pytest.mark.slow
@pytest.mark.timeout(SECONDS + 20)
def test_the_scenario_starts_runs_in_the_dialog_and_keeps_pictures(tmp_path):
    need(browser.missing() or extension_pages.missing())
    done = demo_of(tmp_path / "a state", "--scenario", "boards")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "The pull request is there, linked both ways, and reported." in done.stdout
    assert done.stdout.count(": completed  http://") == 3
    assert "wrote errors to its console" not in done.stderr
    pictures = {path.stem for path in (tmp_path / "a state" / "pictures").glob("*.png")}
    looks = itertools.product(SHOWN, ("light", "dark", "high-contrast"), ("wide", "narrow"))
    assert pictures == {*STEPS, *map("-".join, looks)}
    assert set(CHOSEN.values()) <= pictures


def test_an_error_in_the_console_of_a_page_ends_the_scenario_with_its_words():
    need(browser.missing())
    with browser.Browser() as running:
        for broken, words in (
            ("console.error('it is broken')", "it is broken"),
            ("setTimeout(() => { throw new Error('thrown late') })", "thrown late"),
            ("Promise.reject(new Error('rejected'))", "rejected"),
        ):
            program = f"await page.evaluate(() => void {broken}); await page.waitForTimeout(100);"
            with pytest.raises(PlatformError, match=words):
                boards.act(running, program, folder="/tmp", seconds=10)
