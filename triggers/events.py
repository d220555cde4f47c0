"""Raising events for orchestrations, which may have ended meanwhile."""

import logging

import azure.durable_functions as df

from autocoder.errors import Transient

GONE = ("is gone", "No instance with ID")  # the SDK's messages for 410 and 404; its exceptions have no type
log = logging.getLogger("autocoder.triggers")


async def raise_event(client: df.DurableOrchestrationClient, run_id: str, name: str) -> None:
    """Raise event *name* for run *run_id*; does nothing if its orchestration has ended or is gone.

    Raises `Transient` when the Durable extension does not accept the event.
    https://learn.microsoft.com/azure/azure-functions/durable/durable-functions-http-api#raise-event
    """
    try:
        await client.raise_event(run_id, name, {})
    except Exception as error:
        if not any(part in str(error) for part in GONE):
            message = f"The event {name} could not be sent to the run."
            raise Transient(message, next_step="Try again in a moment.") from error
        log.info("run %s: event %s arrived after the orchestration had ended", run_id, name)
