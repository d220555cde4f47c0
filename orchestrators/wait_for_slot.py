"""The queue: try for a free place until one is granted or the run is cancelled."""

from typing import Any

import azure.durable_functions as df

from activities.claim_slot import claim_slot
from autocoder import wire
from autocoder.models import Run
from orchestrators.step import sleep, step

blueprint = df.Blueprint()
TRIES_PER_GENERATION = 40
MIN_PAUSE_SECONDS, MAX_PAUSE_SECONDS = 1.0, 3.0  # of the runs that are next
# The more runs are before one, the more rarely it looks: looks keep the app from runs that work.
SECONDS_PER_EARLIER_RUN, MAX_SECONDS_BEHIND = 0.25, 60.0


@blueprint.orchestration_trigger(context_name="context")
def wait_for_slot(context: df.DurableOrchestrationContext) -> Any:
    """Return a `Slot` that is granted or cancelled, or continue as new after 40 tries."""
    run, before = wire.load(Run, context.get_input()), 0
    for number in range(TRIES_PER_GENERATION):
        yield from sleep(context, _pause(number, before))
        slot = yield from step(context, claim_slot, run)
        before = slot.before
        if slot.granted or slot.cancelled:
            return wire.dump(slot)
    context.continue_as_new(wire.dump(run))
    return None


def _pause(number: int, before: int) -> float:
    """Return the seconds until look *number*, when *before* earlier runs wait."""
    next_in_turn = min(MIN_PAUSE_SECONDS + number / 4, MAX_PAUSE_SECONDS)
    return max(next_in_turn, min(before * SECONDS_PER_EARLIER_RUN, MAX_SECONDS_BEHIND))
