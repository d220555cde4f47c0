"""`make demo SCENARIO=boards`: a person starts runs in the dialog, from work items to pull requests."""

import pytest

from emulators.platform import browser, extension_pages
from tests.end_to_end.test_pipeline_scenario import demo_of
from tests.needs import need


@pytest.mark.slow
def test_the_scenario_starts_runs_in_the_dialog_and_keeps_pictures(tmp_path):
    need(browser.missing() or extension_pages.missing())
    done = demo_of(tmp_path / "a state", "--scenario", "boards")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "The pull request is there, linked both ways, and reported." in done.stdout
    assert done.stdout.count(": completed  http://") == 3
    pictures = sorted(path.name for path in (tmp_path / "a state" / "pictures").glob("*.png"))
    assert len(pictures) == 7
