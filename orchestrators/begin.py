"""The beginning of a run: its place, its requester, what it is about, and its containers."""

import azure.durable_functions as df

from activities.build_prompt import PromptInput, build_prompt
from activities.check_requester import check_requester
from activities.claim_slot import claim_slot
from activities.create_container_group import create_container_group
from activities.fetch_work_item import fetch_work_item
from activities.read_repository import read_repository
from activities.report_phase import PhaseChange, report_phase
from autocoder.models import Ended, Observation, Plan, Run
from autocoder.runs.looks import FIRST_SECONDS
from orchestrators.chains import NOTHING, ended, required
from orchestrators.step import Steps, step, together


def begin(context: df.DurableOrchestrationContext, seen: Observation) -> Steps[Observation]:
    """Take a place, check the requester, and write the plan and the containers' inputs."""
    run = required(seen.run)
    admitted = yield from _admit(context, run)
    if isinstance(admitted, Ended):
        return ended(run, admitted)
    if not admitted:
        return NOTHING  # whoever hands a place over starts the run
    plan = yield from _prepare(context, run)
    if isinstance(plan, Ended):
        return ended(run, plan)
    return Observation(next="launch", run=run, plan=plan)


def launch(context: df.DurableOrchestrationContext, seen: Observation) -> Steps[Observation]:
    """Create the container group, unless it is there; meanwhile the work item is told."""
    plan = required(seen.plan)
    preparing = PhaseChange(run=plan.run, phase="preparing")
    created, _ = yield from together(context, (create_container_group, plan), (report_phase, preparing))
    if created is not None:
        return ended(plan.run, created, plan)
    return Observation(next="watch", seconds=min(FIRST_SECONDS[0], plan.poll_seconds), run=plan.run)


def _admit(context: df.DurableOrchestrationContext, run: Run) -> Steps[bool | Ended]:
    """Return whether the run has a place, or how it ends if it is not admitted."""
    slot = yield from step(context, claim_slot, run)
    if not slot.cancelled:
        refused = yield from _check(context, run)
        if refused is not None:
            return refused
    if not slot.granted and not slot.cancelled:
        yield from step(context, report_phase, PhaseChange(run=run, phase="queued"))
        slot = yield from step(context, claim_slot, run)  # a place may have come free meanwhile
    return Ended(outcome="cancelled", reason=slot.reason) if slot.cancelled else slot.granted


def _check(context: df.DurableOrchestrationContext, run: Run) -> Steps[Ended | None]:
    """Return how the run ends if its requester may not start it.

    A REST caller has the app's key, and a person in Azure Boards was checked before the run existed.
    """
    if run.request.requester.source != "service_hook":
        return None
    return (yield from step(context, check_requester, run))


def _prepare(context: df.DurableOrchestrationContext, run: Run) -> Steps[Plan | Ended]:
    """Read the work item and the repository, and write the containers' inputs."""
    work_item = None
    if run.request.work_item_id is None:
        repository = yield from step(context, read_repository, run)
    else:
        work_item, repository = yield from together(context, (fetch_work_item, run), (read_repository, run))
    if isinstance(work_item, Ended):
        return work_item
    if isinstance(repository, Ended):
        return repository
    prompt_input = PromptInput(run=run, work_item=work_item, repository=repository)
    return (yield from step(context, build_prompt, prompt_input))
