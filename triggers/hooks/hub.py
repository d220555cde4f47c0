"""Deliveries in the task hub: each that was accepted is one short orchestration there."""

import datetime as dt
import re
from collections.abc import Sequence

import azure.durable_functions as df
from azure.durable_functions.models import OrchestrationRuntimeStatus as Status
from azure.durable_functions.models.DurableOrchestrationStatus import DurableOrchestrationStatus

from activities.parts.orchestrations import ENDED, REFUSED
from autocoder import wire
from autocoder.errors import Transient
from autocoder.ids import DELIVERY_PREFIX, delivery_instance
from autocoder.models import DELIVERY_ID, DeliveryRecord
from autocoder.requests.delivery import Delivery, DeliveryOutcome

TAKE_DELIVERY = "take_delivery"
GOING_ON, FAILED = (
    (Status.Pending, Status.Running),
    tuple(status for status in ENDED if status is not Status.Completed),
)
PAGE = 100  # the hub lists no more at once, and does not say that there are others
MIN_SPAN = dt.timedelta(seconds=2)  # the hub knows times of creation to the second
_DELIVERY_ID = re.compile(DELIVERY_ID)
UNKNOWN_REASON = "The delivery could not be taken. Search the app's log for its id."


async def start_delivery(client: df.DurableOrchestrationClient, delivery: Delivery) -> None:
    """Start the orchestration that takes *delivery*, unless one does so now.

    This is one write, and all that has to succeed for the delivery not to be lost. Raises `Transient` when
    the Durable extension does not accept it.
    """
    try:
        await client.start_new(TAKE_DELIVERY, delivery_instance(delivery.id), wire.dump(delivery))
    except Exception as error:
        if REFUSED not in str(error):
            raise Transient(
                "The delivery could not be stored.", next_step="Deliver it again in a moment."
            ) from error


async def find_delivery(client: df.DurableOrchestrationClient, delivery: str) -> DeliveryRecord | None:
    """Return the delivery with this id, None when the hub does not know it (any more)."""
    if not _DELIVERY_ID.fullmatch(delivery):  # it becomes part of a URL
        return None
    found = await client.get_status(delivery_instance(delivery), show_input=True)
    return record_of(found) if found else None


async def found_deliveries(
    client: df.DurableOrchestrationClient, statuses: Sequence[Status], since: dt.datetime
) -> list[DurableOrchestrationStatus]:
    """Return the orchestrations of deliveries with one of *statuses*, begun after *since*, in order."""
    until = dt.datetime.now(dt.UTC) + MIN_SPAN
    found = {one.instance_id: one for one in await _created(client, list(statuses), since, until)}
    return sorted(found.values(), key=lambda one: (one.created_time, one.instance_id))


async def _created(
    client: df.DurableOrchestrationClient, statuses: list[Status], since: dt.datetime, until: dt.datetime
) -> list[DurableOrchestrationStatus]:
    """Return what was created in this span; a full page may hide others, so its halves are asked for."""
    found = await client.get_status_by(since, until, statuses, DELIVERY_PREFIX)
    if len(found) < PAGE or until - since <= MIN_SPAN:
        return list(found)
    middle = since + (until - since) / 2
    return [
        *await _created(client, statuses, since, middle),
        *await _created(client, statuses, middle, until),
    ]


def delivery_of(found: DurableOrchestrationStatus) -> Delivery:
    """Return the delivery that an orchestration takes. Raises ValueError when its input is none."""
    return wire.load(Delivery, found.input_)


def record_of(found: DurableOrchestrationStatus) -> DeliveryRecord:
    """Return what is known of the delivery that an orchestration takes."""
    delivery = delivery_of(found)
    trigger = delivery.trigger
    return DeliveryRecord(
        id=delivery.id,
        received_at=delivery.received_at,
        tries=delivery.tries,
        organization=trigger.organization,
        project=trigger.project,
        work_item_id=trigger.work_item_id,
        **_outcome(found),
    )


def _outcome(found: DurableOrchestrationStatus) -> dict[str, str | None]:
    """Return the status of the delivery, and its reason, code and run where it has them."""
    if found.runtime_status is Status.Completed:
        outcome: DeliveryOutcome = wire.load(DeliveryOutcome, found.output)
        return outcome.model_dump()
    if found.runtime_status in FAILED:
        reason = found.custom_status
        return {"status": "failed", "reason": reason if isinstance(reason, str) else UNKNOWN_REASON}
    return {"status": "pending"}
