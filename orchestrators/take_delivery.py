"""The orchestration of a delivery of a service hook, from its answer to the run that it starts."""

from typing import Any

import azure.durable_functions as df

from activities.deliveries.accept_delivery import accept_delivery
from autocoder import wire
from autocoder.requests.delivery import Delivery
from orchestrators.step import reason_of, step

blueprint = df.Blueprint()


@blueprint.orchestration_trigger(context_name="context")
def take_delivery(context: df.DurableOrchestrationContext) -> Any:
    """Take one delivery and return its `DeliveryOutcome`.

    Raises what `accept_delivery` could not get over, with the reason as custom status: a delivery that fails
    in the hub's own sense is found there even if the app's storage is away, and the janitor starts it again.
    """
    delivery = wire.load(Delivery, context.get_input())
    try:
        outcome = yield from step(context, accept_delivery, delivery)
    except Exception as error:  # a StepFailed, or a bug
        context.set_custom_status(reason_of(context, delivery.id, error))
        raise
    return wire.dump(outcome)
