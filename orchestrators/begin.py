"""The beginning of a run: everything before its containers, and then those."""

import azure.durable_functions as df

from activities.create_container_group import Launch, create_container_group
from activities.prepare_run import Begun, prepare_run
from autocoder.models import Observation
from autocoder.runs.looks import FIRST_SECONDS
from orchestrators.chains import ended, required
from orchestrators.step import Steps, step


def begin(context: df.DurableOrchestrationContext, seen: Observation) -> Steps[Observation]:
    """Take a place, check the requester, and write the plan and the containers' inputs."""
    begun = Begun(run=required(seen.run), row=seen.row, texts_apart=seen.texts_apart)
    return (yield from step(context, prepare_run, begun))


def launch(context: df.DurableOrchestrationContext, seen: Observation) -> Steps[Observation]:
    """Create the container group, unless it is there; meanwhile the work item is told."""
    plan = required(seen.plan)
    refused = yield from step(context, create_container_group, Launch(plan=plan, row=seen.row))
    if refused is not None:
        return ended(plan.run, refused, plan)
    return Observation(next="watch", seconds=min(FIRST_SECONDS[0], plan.poll_seconds), run=plan.run)
