"""Deliveries whose orchestration failed: each is started again, until it is taken or too old."""

import datetime as dt
import logging

import azure.durable_functions as df
from azure.durable_functions.models.DurableOrchestrationStatus import DurableOrchestrationStatus

from autocoder.settings import settings
from triggers.hooks.hub import FAILED, delivery_of, found_deliveries, record_of, start_delivery
from triggers.retention import retained_since

MAX_RESTARTS = 100  # in one round of the janitor
MAX_PAUSE_MINUTES = 60
MIN_REPORTED_TRIES = 5  # a person is told: what fails so often does not pass by itself
log = logging.getLogger("autocoder.triggers")


async def restart_failed_deliveries(client: df.DurableOrchestrationClient) -> int:
    """Start the deliveries that failed again, each after a pause that doubles; return how many."""
    found = await found_deliveries(client, FAILED, retained_since(settings()))
    due = [one for one in found if _is_delivery(one) and _is_due(one, dt.datetime.now(dt.UTC))]
    for one in due[:MAX_RESTARTS]:
        delivery = delivery_of(one)
        if delivery.tries >= MIN_REPORTED_TRIES:
            log.error(
                "delivery %s of work item %s failed %s times: %s",
                delivery.id, delivery.trigger.work_item_id, delivery.tries, record_of(one).reason,
            )  # fmt: skip
        await start_delivery(client, delivery.model_copy(update={"tries": delivery.tries + 1}))
    return len(due[:MAX_RESTARTS])


def _is_delivery(found: DurableOrchestrationStatus) -> bool:
    """Whether an instance has a delivery as its input; one that has none cannot be helped."""
    try:
        delivery_of(found)
    except ValueError:
        log.error("instance %s has no delivery as its input", found.instance_id)
        return False
    return True


def _is_due(failed: DurableOrchestrationStatus, now: dt.datetime) -> bool:
    """Whether a failed delivery is to be tried now: not at once again, and not after the retention."""
    delivery = delivery_of(failed)
    pause = dt.timedelta(minutes=min(2 ** (delivery.tries - 1), MAX_PAUSE_MINUTES))
    is_kept = dt.datetime.fromisoformat(delivery.received_at) >= retained_since(settings())
    return is_kept and (failed.last_updated_time or now - pause) + pause <= now
