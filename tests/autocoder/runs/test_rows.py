import tomllib
from pathlib import Path

import pytest

from activities.parts.run_files import run_of
from autocoder import models as m
from autocoder import wire
from autocoder.rounds import Round
from autocoder.runs.rows import is_concluded, new_row, pull_request_of, record_of, round_of, worked_columns
from autocoder.runs.version import APP_VERSION
from tests.orchestrators.conftest import plan, result, run

ASKED = "2026-01-01T10:00:00.000+00:00"
NOW = "2026-01-01T10:10:00.000+00:00"
SECONDS = {"clone": 3.0, "agent": 120.0, "verify": 60.0, "pack": 1.5}


def test_phases_that_were_not_observed_are_computed_from_their_durations():
    assert worked_columns({"phase_provisioning": ASKED}, SECONDS, NOW) == {
        "phase_running": "2026-01-01T10:06:58.500+00:00",
        "phase_verifying": "2026-01-01T10:08:58.500+00:00",
    }


def test_phases_that_were_observed_do_not_change():
    row = {"phase_provisioning": ASKED, "phase_running": "2026-01-01T10:07:01.000+00:00"}
    assert worked_columns(row, SECONDS, NOW) == {"phase_verifying": "2026-01-01T10:08:58.500+00:00"}


def test_a_phase_does_not_begin_before_the_one_before_it():
    row = {"phase_provisioning": ASKED, "phase_running": "2026-01-01T10:09:30.000+00:00"}
    assert worked_columns(row, SECONDS, NOW) == {"phase_verifying": "2026-01-01T10:09:30.000+00:00"}
    late = worked_columns({"phase_provisioning": ASKED}, {"agent": 90_000.0}, NOW)
    assert late == {"phase_running": ASKED}


def test_the_agent_began_no_later_than_the_checks_that_were_seen():
    row = {"phase_provisioning": ASKED, "phase_verifying": "2026-01-01T10:06:00.000+00:00"}
    assert worked_columns(row, SECONDS, NOW) == {"phase_running": "2026-01-01T10:06:00.000+00:00"}


def test_a_run_whose_agent_never_worked_has_no_such_phases():
    assert worked_columns({"phase_provisioning": ASKED}, {"clone": 1.0}, NOW) == {}


def test_a_run_is_concluded_once_it_is_reporting():
    assert [is_concluded({"status": s}) for s in ("publishing", "reporting", "failed")] == [False, True, True]


def test_a_row_knows_the_pull_request_that_was_opened():
    assert pull_request_of({"status": "publishing"}) is None
    opened = pull_request_of({"pull_request_id": 3, "pull_request_url": "https://x/3"})
    assert (opened.id, opened.url) == (3, "https://x/3")


def test_a_new_row_says_who_wrote_it_and_that_the_run_is_in_its_first_round():
    row = new_row(run())
    assert (row["schema"], row["app_version"], row["round"]) == (1, APP_VERSION, 1)


def test_the_app_has_one_version():
    project = tomllib.loads((Path(__file__).parents[3] / "pyproject.toml").read_text())
    assert project["project"]["version"] == APP_VERSION


def test_a_row_of_another_version_is_read_by_the_columns_that_are_known():
    accepted = run()
    row = {"RowKey": accepted.id, **new_row(accepted)}
    newer = {**row, "schema": 2, "app_version": "9.0.0", "colour": "blue", "phase_dreaming": "now"}
    assert record_of(newer) == record_of(row)
    assert run_of(accepted.id, newer) == run_of(accepted.id, row)
    for name in ("schema", "app_version", "round"):
        row.pop(name)
    assert record_of(row) == record_of(newer)
    assert round_of(accepted.id, row) == Round(accepted.id, 1)


@pytest.mark.parametrize(
    "of",
    [
        run().request,
        plan(run()),
        result(run()),
        m.RunReport(run=run(), outcome="failed", usage=m.Usage(turns=1)),
        m.Progress(phase="running", updated_at="2026-01-01T00:00:00Z"),
        m.Observation(next="publish", run=run(), plan=plan(run()), result=result(run())),
    ],
    ids=lambda of: type(of).__name__,
)
def test_what_another_version_has_added_to_a_file_or_a_history_is_ignored(of):
    assert wire.load(type(of), _with_more(wire.dump(of))) == of


def _with_more(data):
    """JSON data with one more field in every object, as deep as they are."""
    if isinstance(data, list):
        return [_with_more(one) for one in data]
    if not isinstance(data, dict):
        return data
    return {"colour": "blue", **{name: _with_more(value) for name, value in data.items()}}
