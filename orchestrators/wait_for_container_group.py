"""Polls a container group until it has ended, is gone, or the deadline has passed.

It does not wait for events, because continuing as new could lose one. When the supervisor's event resumes the
run, the run deletes the group, so that the next polls end this orchestration.
"""

import datetime as dt
from typing import Any

import azure.durable_functions as df

from activities.get_container_group import GroupInput, get_container_group
from autocoder import wire
from autocoder.models import GroupVerdict, Plan, Value
from orchestrators.step import StepFailed, Steps, sleep, step

blueprint = df.Blueprint()
POLLS_PER_GENERATION = 20
GRACE_MINUTES = 10
FIRST_POLLS = (1.0, 2.0, 4.0, 8.0)
# While the platform restarts or moves a group, it is not found or has ended for some seconds.
CONFIRMING_PAUSES = (2.0, 5.0, 8.0)
MIN_CONFIRMING_SECONDS = 1.0


class PollingState(Value):
    """The state of the polling: the plan, the number of polls so far, and its start (ISO 8601, UTC)."""

    plan: Plan
    looks: int = 0
    since: str = ""


@blueprint.orchestration_trigger(context_name="context")
def wait_for_container_group(context: df.DurableOrchestrationContext) -> Any:
    """Return the `GroupVerdict` that ends the polling, or continue as new after 20 polls."""
    state = wire.load(PollingState, context.get_input())
    since = state.since or context.current_utc_datetime.isoformat()
    for number in range(state.looks, state.looks + POLLS_PER_GENERATION):
        yield from sleep(context, _pause(number, state.plan.poll_seconds))
        seen = yield from _look(context, state.plan, since)
        if not _goes_on(seen):
            seen = yield from _confirm(context, state.plan, since, seen)
        if not _goes_on(seen):
            return wire.dump(seen)
    looks = state.looks + POLLS_PER_GENERATION
    context.continue_as_new(wire.dump(state.model_copy(update={"looks": looks, "since": since})))
    return None


def _look(context: df.DurableOrchestrationContext, plan: Plan, since: str) -> Steps[GroupVerdict]:
    """Return the verdict on the group now; `late` once the deadline of the run has passed."""
    provisioning = plan.provisioning_minutes
    if context.current_utc_datetime >= _later(
        since, provisioning + (plan.budget.minutes or 0) + GRACE_MINUTES
    ):
        return GroupVerdict(state="late", final=True)
    try:
        seen = yield from step(context, get_container_group, GroupInput(plan=plan))
    except StepFailed as error:
        return GroupVerdict(state="ended", reason=str(error), final=True)
    if seen.state == "starting" and context.current_utc_datetime >= _later(since, provisioning):
        reason = f"The container group did not start within {provisioning:g} minutes."
        told = f" Azure's last events: {seen.reason}" if seen.reason else ""
        advice = "Check its image, or raise PROVISIONING_MINUTES."
        return GroupVerdict(state="failed", reason=f"{reason}{told} {advice}", final=True)
    return seen


def _confirm(
    context: df.DurableOrchestrationContext, plan: Plan, since: str, seen: GroupVerdict
) -> Steps[GroupVerdict]:
    """Return *seen*, an end without a result, once more looks agree; else the one that contradicts it."""
    for pause in CONFIRMING_PAUSES:
        if seen.final or _goes_on(seen):
            break
        yield from sleep(context, min(pause, max(plan.poll_seconds, MIN_CONFIRMING_SECONDS)))
        seen = yield from _look(context, plan, since)
    return seen


def _goes_on(seen: GroupVerdict) -> bool:
    return seen.state in ("starting", "working")


def _later(since: str, minutes: float) -> dt.datetime:
    return dt.datetime.fromisoformat(since) + dt.timedelta(minutes=minutes)


def _pause(number: int, limit: float) -> float:
    """Return the seconds to wait before poll *number*: 1, 2, 4, 8, then *limit*, and never more than that."""
    return min(FIRST_POLLS[number], limit) if number < len(FIRST_POLLS) else limit
