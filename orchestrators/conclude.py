"""The end of every run: delete its container group, report it, free what it held."""

import azure.durable_functions as df

from activities.conclude_run import Conclusion, conclude_run
from activities.delete_container_group import delete_container_group
from activities.finish_run import finish_run
from activities.report_run import report_run
from autocoder.models import MAX_REASON_LENGTH, Concluded, Observation, RunReport
from orchestrators.chains import NOTHING, required
from orchestrators.step import Steps, attempted, reason_of, step


def conclude(context: df.DurableOrchestrationContext, seen: Observation) -> Steps[Observation]:
    """End the run in one step, or else delete the container group and report, both at once, and then finish.

    A group that costs money does not wait for an Azure DevOps that is away, nor a person for Azure. What
    fails is left to the janitor: it deletes groups and gives reports that are owed.
    """
    report = required(seen.report)
    done = yield from _at_once(context, Conclusion(report=report, row=seen.row))
    if done.is_finished:
        return NOTHING
    parts = ((delete_container_group, done.is_deleted), (report_run, done.report is not None))
    left = [part for part, is_done in parts if not is_done]
    replies = yield from attempted(context, *((part, report) for part in left))
    by_name = {part.name: reply for part, reply in zip(left, replies, strict=True)}
    told = by_name.get(report_run.name, done.report)
    report = _with_failures(context, report, told, by_name.get(delete_container_group.name))
    yield from step(context, finish_run, report)
    return NOTHING


def _at_once(context: df.DurableOrchestrationContext, given: Conclusion) -> Steps[Concluded]:
    """Return how far the run's end came in one step."""
    try:
        return (yield from step(context, conclude_run, given))
    except Exception as error:  # a bug, or a worker that is lost again and again: its parts are tried alone
        reason_of(context, given.report.run.id, error)  # which logs a bug
        return Concluded()


def _with_failures(
    context: df.DurableOrchestrationContext, report: RunReport, told: object, deleted: object
) -> RunReport:
    """Return the report as it was told, or why it was not, and why the group could not be deleted."""
    if isinstance(told, RunReport):
        report = told
    elif isinstance(told, Exception):
        report = report.model_copy(update={"untold": reason_of(context, report.run.id, told)})
    if isinstance(deleted, Exception):
        reason = f"{report.reason} {reason_of(context, report.run.id, deleted)}".strip()
        report = report.model_copy(update={"reason": reason[:MAX_REASON_LENGTH]})
    return report
