"""The report of a run, from how it ended and what it brought."""

from typing import Any

from autocoder.models import AgentResult, Ended, Observation, Plan, PullRequest, PushedBranch, Run, RunReport
from autocoder.reports.comment import unseen
from autocoder.reports.draft import failed_checks
from autocoder.shared.outcomes import BY_SUPERVISOR


def ended_report(
    run: Run, ended: Ended, plan: Plan | None = None, result: AgentResult | None = None
) -> RunReport:
    """Return the report of a run that ended before its branch was pushed."""
    return RunReport(
        run=run,
        title=plan.title if plan else run.title,
        outcome=ended.outcome,
        reason=ended.reason,
        cause=ended.cause,
        unseen=unseen(plan) if plan else (),
        remark=plan.base.remark if plan else "",
        **_counted(result),
    )


def change_report(
    plan: Plan,
    result: AgentResult,
    pushed: PushedBranch,
    ended: Ended,
    pull_request: PullRequest | None = None,
) -> RunReport:
    """Return the report of a run whose branch was pushed."""
    return RunReport(
        run=plan.run,
        title=plan.title,
        branch=pushed.branch,
        outcome=ended.outcome,
        reason=ended.reason,
        cause=ended.cause,
        pull_request=pull_request,
        early_end=BY_SUPERVISOR[result.outcome].early_end,
        unseen=unseen(plan),
        remark=plan.base.remark,
        files=0 if plan.base.resumes else len(pushed.files) + pushed.more_files,  # the draft has others
        **_counted(result),
    )


def concluding(report: RunReport, row: dict[str, Any] | None = None) -> Observation:
    """Return that the run ends with *report*; *row* is its row if it was read or written before."""
    return Observation(next="conclude", run=report.run, report=report, row=row)


def _counted(result: AgentResult | None) -> dict[str, Any]:
    if result is None:
        return {}
    return {
        "usage": result.usage,
        "seconds": result.seconds,
        "failed_checks": failed_checks(result),
        "told_to_finish": result.told_to_finish,
    }
