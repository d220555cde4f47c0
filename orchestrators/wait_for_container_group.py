"""The polling: look at the container group until it has ended, is gone, or the deadline has passed.

It awaits no event, so that continuing as new loses none, and it ends by itself after the run was finished by
an event: the group is deleted then, and the next look says so.
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
    """The polling's own state: which plan, how many looks so far, and since when (ISO 8601, UTC)."""

    plan: Plan
    looks: int = 0
    since: str = ""


@blueprint.orchestration_trigger(context_name="context")
def wait_for_container_group(context: df.DurableOrchestrationContext) -> Any:
    """Return a `GroupVerdict` that neither starts nor works, or continue as new after 20 looks."""
    watch = wire.load(PollingState, context.get_input())
    provisioning = watch.plan.provisioning_minutes
    since = watch.since or context.current_utc_datetime.isoformat()
    starts_by = _later(since, provisioning)
    until = _later(since, provisioning + (watch.plan.budget.minutes or 0) + GRACE_MINUTES)
    for number in range(watch.looks, watch.looks + POLLS_PER_GENERATION):
        yield from sleep(context, _pause(number, watch.plan.poll_seconds))
        if context.current_utc_datetime >= until:
            return wire.dump(GroupVerdict(state="ended", reason="The deadline has passed."))
        try:
            seen = yield from step(context, get_container_group, GroupInput(plan=watch.plan))
        except StepFailed as error:
            return wire.dump(GroupVerdict(state="ended", reason=str(error)))
        if seen.state == "starting" and context.current_utc_datetime >= starts_by:
            reason = f"The container group did not start within {provisioning:g} minutes."
            advice = "Check its image, or raise PROVISIONING_MINUTES."
            return wire.dump(GroupVerdict(state="failed", reason=f"{reason} {advice}"))
        if seen.state not in ("starting", "working"):
            return wire.dump(seen)
    looks = watch.looks + POLLS_PER_GENERATION
    context.continue_as_new(wire.dump(watch.model_copy(update={"looks": looks, "since": since})))
    return None


def _later(since: str, minutes: float) -> dt.datetime:
    return dt.datetime.fromisoformat(since) + dt.timedelta(minutes=minutes)


def _pause(number: int, longest: float) -> float:
    """Return the seconds before look *number*: 1, 2, 4, 8, then *longest*."""
    return min(FIRST_POLLS[number], longest) if number < len(FIRST_POLLS) else longest
