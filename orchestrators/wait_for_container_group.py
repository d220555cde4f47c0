"""Polls a container group until it has ended, is gone, or the deadline has passed.

It does not wait for events, because continuing as new could lose one. When the supervisor's event resumes the
run, the run deletes the group, so that the next poll ends this orchestration.
"""

import datetime as dt
from typing import Any

import azure.durable_functions as df

from activities.get_container_group import GroupInput, get_container_group
from autocoder import wire
from autocoder.models import GroupVerdict, Plan, Value
from orchestrators.step import StepFailed, sleep, step

blueprint = df.Blueprint()
POLLS_PER_GENERATION = 20
GRACE_MINUTES = 10
FIRST_POLLS = (1.0, 2.0, 4.0, 8.0)


class PollingState(Value):
    """The state of the polling: the plan, the number of polls so far, and its start (ISO 8601, UTC)."""

    plan: Plan
    looks: int = 0
    since: str = ""


@blueprint.orchestration_trigger(context_name="context")
def wait_for_container_group(context: df.DurableOrchestrationContext) -> Any:
    """Return the `GroupVerdict` that ends the polling, or continue as new after 20 polls."""
    state = wire.load(PollingState, context.get_input())
    provisioning = state.plan.provisioning_minutes
    since = state.since or context.current_utc_datetime.isoformat()
    starts_by = _later(since, provisioning)
    until = _later(since, provisioning + (state.plan.budget.minutes or 0) + GRACE_MINUTES)
    for number in range(state.looks, state.looks + POLLS_PER_GENERATION):
        yield from sleep(context, _pause(number, state.plan.poll_seconds))
        if context.current_utc_datetime >= until:
            return wire.dump(GroupVerdict(state="ended", reason="The deadline has passed."))
        try:
            seen = yield from step(context, get_container_group, GroupInput(plan=state.plan))
        except StepFailed as error:
            return wire.dump(GroupVerdict(state="ended", reason=str(error)))
        if seen.state == "starting" and context.current_utc_datetime >= starts_by:
            reason = f"The container group did not start within {provisioning:g} minutes."
            advice = "Check its image, or raise PROVISIONING_MINUTES."
            return wire.dump(GroupVerdict(state="failed", reason=f"{reason} {advice}"))
        if seen.state not in ("starting", "working"):
            return wire.dump(seen)
    looks = state.looks + POLLS_PER_GENERATION
    context.continue_as_new(wire.dump(state.model_copy(update={"looks": looks, "since": since})))
    return None


def _later(since: str, minutes: float) -> dt.datetime:
    return dt.datetime.fromisoformat(since) + dt.timedelta(minutes=minutes)


def _pause(number: int, limit: float) -> float:
    """Return the seconds to wait before poll *number*: 1, 2, 4, 8, then *limit*, and never more than that."""
    return min(FIRST_POLLS[number], limit) if number < len(FIRST_POLLS) else limit
