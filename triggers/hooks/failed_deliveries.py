"""Deliveries whose orchestration failed: each is started again, until it is taken or too old.

An orchestration that stands still is ended, and has failed then.
"""

import datetime as dt
import logging
from typing import Any

import azure.durable_functions as df
from azure.durable_functions.models import OrchestrationRuntimeStatus as Status
from azure.durable_functions.models.DurableOrchestrationStatus import DurableOrchestrationStatus

from autocoder.clock import days_ago
from autocoder.ids import DELIVERY_PREFIX
from autocoder.runs.standstill import stands_still
from autocoder.settings import settings
from triggers.hooks.hub import FAILED, GOING_ON, delivery_of, found_deliveries, record_of, start_delivery

MAX_RESTARTS = 100  # in one round of the janitor
MAX_PAUSE_MINUTES = 60
HANGS = dt.timedelta(minutes=5)  # longer than a delivery waits for storage between two tries
STOOD_STILL = "The delivery's orchestration stood still."
MIN_REPORTED_TRIES = 5  # a person is told: what fails so often does not pass by itself
log = logging.getLogger("autocoder.triggers")


async def restart_failed_deliveries(client: df.DurableOrchestrationClient) -> int:
    """Start the deliveries that failed again, each after a pause that doubles; return how many.

    Those that stand still are ended for the next round.
    """
    now = dt.datetime.now(dt.UTC)
    found = await found_deliveries(client, (*FAILED, *GOING_ON), days_ago(settings().log_retention_days))
    failed = [one for one in found if one.runtime_status in FAILED]
    due = [one for one in failed if _is_delivery(one) and _is_due(one, now)]
    for one in due[:MAX_RESTARTS]:
        delivery = delivery_of(one)
        if delivery.tries >= MIN_REPORTED_TRIES:
            log.error(
                "delivery %s of work item %s failed %s times: %s",
                delivery.id, delivery.trigger.work_item_id, delivery.tries, record_of(one).reason,
            )  # fmt: skip
        await start_delivery(client, delivery.model_copy(update={"tries": delivery.tries + 1}))
    for one in found:
        if one.runtime_status in GOING_ON and now - (one.last_updated_time or now) >= HANGS:
            await _end_hanging(client, one, now)
    return len(due[:MAX_RESTARTS])


async def _end_hanging(
    client: df.DurableOrchestrationClient, quiet: DurableOrchestrationStatus, now: dt.datetime
) -> None:
    """End an orchestration that stands still. One that has not begun is only named: the hub may be busy."""
    instance = str(quiet.instance_id)
    delivery = instance.removeprefix(DELIVERY_PREFIX)
    if quiet.runtime_status is Status.Pending:
        log.warning("delivery %s: its orchestration has not begun for minutes", delivery)
        return
    whole: Any = await client.get_status(instance, show_history=True)
    if whole.runtime_status is Status.Running and stands_still(whole.history or (), now):
        log.warning("delivery %s: its orchestration stands still; it is ended and started again", delivery)
        await client.terminate(instance, STOOD_STILL)


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
    is_kept = dt.datetime.fromisoformat(delivery.received_at) >= days_ago(settings().log_retention_days)
    return is_kept and (failed.last_updated_time or now - pause) + pause <= now
