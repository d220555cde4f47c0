"""The end of every run: delete its container group, report it, free what it held."""

import azure.durable_functions as df

from activities.delete_container_group import delete_container_group
from activities.finish_run import finish_run
from activities.report_run import report_run
from autocoder.models import Observation, RunReport
from orchestrators.chains import NOTHING, required
from orchestrators.step import Steps, attempted, reason_of, step

MAX_REASON_LENGTH = 2_000


def conclude(context: df.DurableOrchestrationContext, seen: Observation) -> Steps[Observation]:
    """Delete the container group and report, both at once; then free what the run held.

    A group that costs money does not wait for an Azure DevOps that is away, nor a person for Azure. What
    fails is left to the janitor: it deletes groups and gives reports that are owed.
    """
    report = required(seen.report)
    deleted, told = yield from attempted(context, (delete_container_group, report), (report_run, report))
    if isinstance(told, RunReport):
        report = told
    else:
        report = report.model_copy(update={"untold": reason_of(context, report.run.id, told)})
    if isinstance(deleted, Exception):
        reason = f"{report.reason} {reason_of(context, report.run.id, deleted)}".strip()
        report = report.model_copy(update={"reason": reason[:MAX_REASON_LENGTH]})
    yield from step(context, finish_run, report)
    return NOTHING
