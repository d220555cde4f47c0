"""The orchestration of a run, from its request to the pull request, the report and the cleanup."""

from typing import Any

import azure.durable_functions as df

from activities.add_to_pull_request import add_to_pull_request
from activities.build_prompt import PromptInput, build_prompt
from activities.check_requester import check_requester
from activities.claim_slot import claim_slot
from activities.create_container_group import create_container_group
from activities.create_pull_request import create_pull_request
from activities.fetch_work_item import fetch_work_item
from activities.push_branch import PushInput, push_branch
from activities.read_agent_result import ResultInput, read_agent_result
from activities.read_repository import read_repository
from activities.read_run import read_run
from activities.report_phase import PhaseChange, report_phase
from autocoder import wire
from autocoder.models import (
    AgentResult,
    Ended,
    GroupVerdict,
    OpenedPullRequest,
    Plan,
    PullRequest,
    PullRequestInput,
    PushedBranch,
    Run,
    RunReport,
    Slot,
)
from autocoder.reports.comment import unseen
from autocoder.reports.draft import failed_checks
from autocoder.runs.ending import ending_without_change, outcome_of
from orchestrators.conclude import conclude
from orchestrators.step import OutputT, Steps, reason_of, step, together
from orchestrators.wait_for_container_group import PollingState

blueprint = df.Blueprint()
FINISHED, CANCEL = "finished", "cancel"
RUN_ID_LENGTH = 20


@blueprint.orchestration_trigger(context_name="context")
def run_agent(context: df.DurableOrchestrationContext) -> Any:
    """Carry out one run; whatever happens, it is reported and cleaned up."""
    given: str = context.get_input() or ""
    if len(given) == RUN_ID_LENGTH:
        run = yield from step(context, read_run, given)
    else:
        run = wire.load(Run, given)
    report = yield from _attempt(context, run)
    report = yield from conclude(context, report)
    return wire.dump(report.model_copy(update={"run": run}))


def _attempt(context: df.DurableOrchestrationContext, run: Run) -> Steps[RunReport]:
    """Return the run's report; a failed step ends the run as `failed`."""
    report = yield from _or_ended(context, run, _carry_out(context, run))
    return _ended(run, report) if isinstance(report, Ended) else report


def _or_ended(
    context: df.DurableOrchestrationContext, run: Run, steps: Steps[OutputT]
) -> Steps[OutputT | Ended]:
    """Return the result of *steps*, or how the run ends when one of them fails."""
    try:
        return (yield from steps)
    except Exception as error:  # a StepFailed, or a bug in an activity that must not prevent the report
        return Ended(outcome="failed", reason=reason_of(context, run.id, error))


def _carry_out(context: df.DurableOrchestrationContext, run: Run) -> Steps[RunReport]:
    """Admit the run, prepare it, run the agent and publish the change."""
    refused = yield from _admit(context, run)
    if refused is not None:
        return _ended(run, refused)
    plan = yield from _prepare(context, run)
    if isinstance(plan, Ended):
        return _ended(run, plan)
    result = yield from _work(context, plan)
    if isinstance(result, Ended):
        return _ended(run, result, plan)
    without_change = ending_without_change(result)
    if without_change is not None:
        return _ended(run, without_change, plan, result)
    return (yield from _publish(context, plan, result))


def _admit(context: df.DurableOrchestrationContext, run: Run) -> Steps[Ended | None]:
    """Wait for a free slot and check the requester; return how the run ends if it is not admitted."""
    slot = yield from step(context, claim_slot, run)
    if not slot.granted and not slot.cancelled:
        refused = yield from _check(context, run)
        if refused is not None:
            return refused
        yield from _or_ended(context, run, step(context, report_phase, PhaseChange(run=run, phase="queued")))
        answer = yield context.call_sub_orchestrator("wait_for_slot", wire.dump(run))
        slot = wire.load(Slot, answer)
    if slot.cancelled:
        reason = "The run was cancelled while it was queued, or a later run took its place."
        return Ended(outcome="cancelled", reason=reason)
    return (yield from _check(context, run))


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


def _work(context: df.DurableOrchestrationContext, plan: Plan) -> Steps[AgentResult | Ended]:
    """Create the container group, wait for the supervisor, a cancel or the polling, and read the result."""
    preparing = PhaseChange(run=plan.run, phase="preparing")  # reported while the containers are created
    created, _ = yield from together(context, (create_container_group, plan), (report_phase, preparing))
    if created is not None:
        return created
    finished = context.wait_for_external_event(FINISHED)
    cancel = context.wait_for_external_event(CANCEL)
    polled = context.call_sub_orchestrator("wait_for_container_group", wire.dump(PollingState(plan=plan)))
    winner = yield context.task_any([finished, cancel, polled])
    if winner == cancel:
        return Ended(outcome="cancelled", reason="The run was cancelled and its containers were stopped.")
    seen = wire.load(GroupVerdict, polled.result) if winner == polled else None
    return (yield from step(context, read_agent_result, ResultInput(plan=plan, seen=seen), patient=True))


def _publish(context: df.DurableOrchestrationContext, plan: Plan, result: AgentResult) -> Steps[RunReport]:
    """Push the branch and open the pull request; if a step fails, the report has what was done before it."""
    pushed = yield from _or_ended(
        context, plan.run, step(context, push_branch, PushInput(plan=plan, result=result), patient=True)
    )
    if isinstance(pushed, Ended):
        return _ended(plan.run, pushed, plan, result)
    if not plan.run.request.create_pull_request:
        return _report(plan, result, pushed)
    wanted = PullRequestInput(plan=plan, result=result, pushed=pushed)
    opened = yield from _or_ended(context, plan.run, step(context, create_pull_request, wanted, patient=True))
    if isinstance(opened, Ended):
        return _report(plan, result, pushed).model_copy(update=dict(opened))
    if opened.pending:
        again = OpenedPullRequest(given=wanted, pull_request=opened)
        added = yield from _or_ended(context, plan.run, step(context, add_to_pull_request, again))
        given_up = {"warnings": (*opened.warnings, *opened.pending.values()), "pending": {}}
        opened = opened.model_copy(update=given_up) if isinstance(added, Ended) else added
    return _report(plan, result, pushed, opened)


def _ended(run: Run, ended: Ended, plan: Plan | None = None, result: AgentResult | None = None) -> RunReport:
    """Return the report of a run that ended before its branch was pushed."""
    return RunReport(
        run=run,
        title=plan.title if plan else run.title,
        outcome=ended.outcome,
        reason=ended.reason,
        unseen=unseen(plan) if plan else (),
        **_counted(result),
    )


def _report(
    plan: Plan,
    result: AgentResult,
    pushed: PushedBranch,
    pull_request: PullRequest | None = None,
) -> RunReport:
    """Return the report of a run whose branch was pushed."""
    outcome, reason = outcome_of(result)
    return RunReport(
        run=plan.run,
        title=plan.title,
        branch=pushed.branch,
        outcome=outcome,
        reason=reason,
        pull_request=pull_request,
        unseen=unseen(plan),
        files=len(pushed.files) + pushed.more_files,
        **_counted(result),
    )


def _counted(result: AgentResult | None) -> dict[str, Any]:
    if result is None:
        return {}
    return {"usage": result.usage, "seconds": result.seconds, "failed_checks": failed_checks(result)}
