"""Starting the orchestration of a run, and hinting to it that a look at its record is worth it now.

A start carries nothing but the run's id: everything else stands in the record. The hub runs one orchestration
for an id, so starters need no lock. A hint that gets lost costs time, never a result.

https://learn.microsoft.com/azure/azure-functions/durable/durable-functions-instance-management
"""

import asyncio
import logging
from collections.abc import Callable

import azure.durable_functions as df
from azure.durable_functions.models import OrchestrationRuntimeStatus as Status

from autocoder.errors import Transient

RUN_AGENT, LOOK = "run_agent", "look"
ENDED = (Status.Completed, Status.Failed, Status.Terminated, Status.Canceled)
REFUSED = "already exists"  # the SDK's exceptions have no type; these are parts of their messages
GONE = ("is gone", "No instance with ID")  # 410 and 404
# An orchestration that has done its last step is still there for a moment.
PAUSES_SECONDS = (0.05, 0.1, 0.2, 0.4, 0.8, 1.6)
HasMoved = Callable[[], bool]
log = logging.getLogger("autocoder.orchestrations")


async def start_run_agent(
    client: df.DurableOrchestrationClient, run_id: str, has_moved: HasMoved | None = None
) -> bool:
    """Start the orchestration of run *run_id*; return whether it was started.

    A live one of the same id refuses the start. With *has_moved*, it is then repeated for some seconds,
    until it is taken or another orchestration has moved the run: the janitor finds what is left. Raises
    `Transient` when the Durable extension does not answer.
    """
    for pause in (*PAUSES_SECONDS, None):
        try:
            await client.start_new(RUN_AGENT, run_id, run_id)
        except Exception as error:
            if REFUSED not in str(error):
                raise Transient(
                    "The run could not be started.", next_step="Try again in a moment."
                ) from error
        else:
            return True
        if pause is None or has_moved is None or await asyncio.to_thread(has_moved):
            break
        await asyncio.sleep(pause)
    log.info("run %s has an orchestration already", run_id)
    return False


async def hint(client: df.DurableOrchestrationClient, run_id: str) -> None:
    """Let the orchestration of run *run_id* look at the record now; start it when the run has none.

    Raises `Transient` when the Durable extension does not accept it.
    """
    try:
        await client.raise_event(run_id, LOOK, {})
    except Exception as error:
        if not any(part in str(error) for part in GONE):
            raise Transient("The run could not be told.", next_step="Try again in a moment.") from error
    else:
        return
    await start_run_agent(client, run_id)
