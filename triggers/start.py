"""Start a run once, for a caller who waits for the answer.

Starting an orchestration is no lock, because of two starts at once both are accepted. So an insert into table
`claims` decides (`activities/parts/acceptance.py`).
"""

import asyncio
import logging
from dataclasses import dataclass

import azure.durable_functions as df

from activities.parts.acceptance import (
    Acceptance,
    Accepted,
    Active,
    Duplicate,
    Held,
    Started,
    StartRequest,
)
from activities.parts.orchestrations import start_run_agent
from autocoder import ids
from autocoder.clients.connect import clients
from autocoder.errors import Transient
from autocoder.settings import settings

log = logging.getLogger("autocoder.triggers")
__all__ = ["Active", "Duplicate", "QueueFull", "StartRequest", "StartResult", "Started", "start_run"]


@dataclass(frozen=True, slots=True)
class QueueFull:
    """As many runs wait as may."""

    waiting: int


StartResult = Accepted | QueueFull


async def start_run(client: df.DurableOrchestrationClient, start: StartRequest) -> StartResult:
    """Start the run that *start* asks for, unless a repeat, another run or a full queue forbids it."""
    acceptance, own = Acceptance.of(clients()), Held(ids.new_run_id())
    most = settings().max_concurrent_runs + settings().max_queued_runs
    held, waiting = await asyncio.gather(_recognised(acceptance, start, own), _waiting(most))
    if isinstance(held, Held) and not held.repeats and waiting >= most:
        await asyncio.to_thread(acceptance.refuse, start, held)
        return QueueFull(waiting)
    found = await asyncio.to_thread(acceptance.settle, start, held) if isinstance(held, Held) else held
    if found.starts:
        try:
            await start_run_agent(client, found.run_id)
        except Transient:  # the run is recorded; whoever asked again would get another one
            log.warning("run %s could not be started now; that is done within a minute", found.run_id)
    return found


async def _recognised(acceptance: Acceptance, start: StartRequest, own: Held) -> Held | Duplicate:
    """Return who holds the claims of *start*; without claims that needs no look, and no thread."""
    return await asyncio.to_thread(acceptance.recognise, start, own.run_id) if start.claims else own


async def _waiting(most: int) -> int:
    """Return how many runs are active or waiting; 0 if they are known to be far fewer than *most*."""
    backlog = clients().backlog
    return 0 if backlog.is_far_from(most) else await asyncio.to_thread(backlog.counted)
