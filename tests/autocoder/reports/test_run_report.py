"""The report of a run, from how it ended."""

from autocoder import models as m
from autocoder.reports.run_report import change_report, ended_report
from tests.orchestrators.conftest import NEW, plan, result, run

HOW = m.Ended(outcome="failed", reason="because")


def test_a_run_that_ended_before_its_plan_has_its_own_title():
    of = run().model_copy(update={"title": "Asked for"})
    report = ended_report(of, HOW)
    assert (report.title, report.outcome, report.reason) == ("Asked for", "failed", "because")
    assert (report.branch, report.usage) == ("", m.Usage())


def test_a_report_has_what_the_run_used():
    of = run()
    checks = tuple(m.Verification(command="x", exit_code=code, seconds=1) for code in (0, 1, 2))
    used = result(of, usage=m.Usage(turns=3), seconds={"agent": 2.0}, verification=checks)
    report = ended_report(of, HOW, plan(of), used)
    assert (report.title, report.usage.turns, report.seconds) == ("Crash", 3, {"agent": 2.0})
    assert report.failed_checks == 2


def test_a_report_counts_the_files_that_are_not_listed():
    of = run()
    files = (m.FileChange(path="a", kind="added"),)
    pushed = m.PushedBranch(branch="autocoder/x", commit=NEW, files=files, more_files=4)
    report = change_report(plan(of), result(of), pushed, HOW)
    assert (report.branch, report.files, report.pull_request) == ("autocoder/x", 5, None)
