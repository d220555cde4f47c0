"""Publishing: push the branch and open the pull request; if a step fails, the report has what was done."""

import azure.durable_functions as df

from activities.add_to_pull_request import add_to_pull_request
from activities.create_pull_request import create_pull_request
from activities.publish_change import PublishInput, publish_change
from autocoder.models import (
    Ended,
    Observation,
    OpenedPullRequest,
    Published,
    PullRequest,
    PullRequestInput,
)
from autocoder.reports.run_report import change_report, concluding
from autocoder.runs.causes import explained
from autocoder.runs.ending import ending_with_change
from autocoder.runs.next_step import PAID_MINUTES
from orchestrators.chains import NOTHING, ended, required, suspended
from orchestrators.step import Steps, StepWaits, reason_of, step


def publish(context: df.DurableOrchestrationContext, seen: Observation) -> Steps[Observation]:
    """Push the branch of a result, and open the pull request if one is wanted."""
    plan, result = required(seen.plan), required(seen.result)
    given = PublishInput(plan=plan, result=result, row=seen.row)
    published = yield from step(context, publish_change, given)
    if isinstance(published, Ended):
        return ended(plan.run, published, plan, result)
    pushed = published.pushed
    how = ending_with_change(plan, explained(plan, result))
    if not plan.run.request.create_pull_request:
        return concluding(change_report(plan, result, pushed, how))
    wanted = PullRequestInput(plan=plan, result=result, pushed=pushed)
    opened = yield from _opened(context, wanted, published)
    if opened is None:
        return NOTHING
    if isinstance(opened, Ended):
        return concluding(change_report(plan, result, pushed, opened))
    return concluding(change_report(plan, result, pushed, how, opened), published.row)


def _opened(
    context: df.DurableOrchestrationContext, wanted: PullRequestInput, published: Published
) -> Steps[PullRequest | Ended | None]:
    """Return the pull request, how the run ends without it, or None while the run waits.

    What was *published* together with the branch is only completed.
    """
    run, opened = wanted.plan.run, published.pull_request
    if published.refusal:
        return Ended(outcome="failed", reason=published.refusal)
    try:
        if opened is None:
            opened = yield from step(context, create_pull_request, wanted)
    except StepWaits as away:
        return (yield from suspended(context, run, away, PAID_MINUTES))
    except Exception as error:  # a StepFailed, or a bug in an activity that must not prevent the report
        return Ended(outcome="failed", reason=reason_of(context, run.id, error))
    return (yield from _completed(context, OpenedPullRequest(given=wanted, pull_request=opened)))


def _completed(context: df.DurableOrchestrationContext, opened: OpenedPullRequest) -> Steps[PullRequest]:
    """Add the parts that Azure DevOps was too busy for; those that stay refused are warnings."""
    pull_request = opened.pull_request
    if not pull_request.pending:
        return pull_request
    try:
        return (yield from step(context, add_to_pull_request, opened))
    except Exception as error:
        reason_of(context, opened.given.plan.run.id, error)  # which logs a bug
        warnings = (*pull_request.warnings, *pull_request.pending.values())
        return pull_request.model_copy(update={"warnings": warnings, "pending": {}})
