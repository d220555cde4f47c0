"""The end of every run: delete its container group, report it, free what it held."""

from typing import Any

import azure.durable_functions as df

from activities.delete_container_group import delete_container_group
from activities.finish_run import finish_run
from activities.report_run import report_run
from autocoder import wire
from autocoder.models import RunReport
from orchestrators.step import Steps, reason_of, step

blueprint = df.Blueprint()
MAX_REASON_LENGTH = 2_000


@blueprint.orchestration_trigger(context_name="context")
def conclude_run(context: df.DurableOrchestrationContext) -> Any:
    """Conclude a run whose own orchestration is gone; the input is its `RunReport`."""
    report = yield from conclude(context, wire.load(RunReport, context.get_input()))
    return wire.dump(report)


def conclude(context: df.DurableOrchestrationContext, report: RunReport) -> Steps[RunReport]:
    """Delete the container group, report, free what the run held; a failed one does not stop the next.

    The group is first: what costs money and holds keys does not wait for an Azure DevOps that is away.
    """
    for activity in (delete_container_group, report_run, finish_run):
        try:
            yield from step(context, activity, report)
        except Exception as error:  # a StepFailed, or a bug: neither may keep the containers
            why = reason_of(context, report.run.id, error)
            reason = f"{report.reason} {why}".strip()[:MAX_REASON_LENGTH]
            report = report.model_copy(
                update={"untold": why} if activity is report_run else {"reason": reason}
            )
    return report
