"""The queue: try for a free place until one is granted or the run is cancelled."""

from typing import Any

import azure.durable_functions as df

from activities.claim_slot import claim_slot
from autocoder import wire
from autocoder.models import Run
from orchestrators.step import sleep, step

blueprint = df.Blueprint()
TRIES_PER_GENERATION = 40
MIN_PAUSE_SECONDS, MAX_PAUSE_SECONDS = (
    1.0,
    3.0,
)  # seconds; many that wait would keep the app from those that work


@blueprint.orchestration_trigger(context_name="context")
def wait_for_slot(context: df.DurableOrchestrationContext) -> Any:
    """Return a `Slot` that is granted or cancelled, or continue as new after 40 tries."""
    run = wire.load(Run, context.get_input())
    for number in range(TRIES_PER_GENERATION):
        yield from sleep(context, min(MIN_PAUSE_SECONDS + number / 4, MAX_PAUSE_SECONDS))
        slot = yield from step(context, claim_slot, run)
        if slot.granted or slot.cancelled:
            return wire.dump(slot)
    context.continue_as_new(wire.dump(run))
    return None
