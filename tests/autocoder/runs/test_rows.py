from autocoder.runs.rows import is_concluded, pull_request_of, worked_columns

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


def test_a_run_whose_agent_never_worked_has_no_such_phases():
    assert worked_columns({"phase_provisioning": ASKED}, {"clone": 1.0}, NOW) == {}


def test_a_run_is_concluded_once_it_is_reporting():
    assert [is_concluded({"status": s}) for s in ("publishing", "reporting", "failed")] == [False, True, True]


def test_a_row_knows_the_pull_request_that_was_opened():
    assert pull_request_of({"status": "publishing"}) is None
    opened = pull_request_of({"pull_request_id": 3, "pull_request_url": "https://x/3"})
    assert (opened.id, opened.url) == (3, "https://x/3")
