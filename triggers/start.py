"""Start a run once: claim first, then start the orchestration.

Starting an orchestration is no lock (two starts both succeed), so an insert into table `claims` decides. A
claim whose orchestration never began (its process died in between) is taken over and started again.
"""

import asyncio
import datetime as dt
import logging
import time
from dataclasses import dataclass, field

import azure.durable_functions as df

from autocoder import ids, wire
from autocoder.clients.connect import Clients, clients
from autocoder.clients.run_records import ACTIVE, Claim
from autocoder.markdown import one_line
from autocoder.models import Run, RunRequest
from autocoder.records import has_started, is_over
from autocoder.settings import Settings, settings

ORCHESTRATION = "run_agent"
PATIENCE_SECONDS = 5.0  # how long another process may take between its claim and the first step
LONG_TEXTS = {"user_prompt": None, "system_prompt": None, "additional_context": None}
log = logging.getLogger("autocoder.triggers")


@dataclass(frozen=True, slots=True)
class Started:
    """A run that was started just now."""

    run_id: str


@dataclass(frozen=True, slots=True)
class Duplicate:
    """The same wish again: the run that it started before."""

    run_id: str


@dataclass(frozen=True, slots=True)
class Active:
    """Another run of the same work item and repository is still going on."""

    run_id: str


@dataclass(frozen=True, slots=True)
class QueueFull:
    """As many runs wait as may."""

    waiting: int


Start = Started | Duplicate | Active | QueueFull


@dataclass(frozen=True, slots=True)
class Wish:
    """A request, and the claims by which its repeats are known (`delivery`, `content`, `idempotency`)."""

    request: RunRequest
    claims: tuple[Claim, ...] = field(default=())


async def start_run(client: df.DurableOrchestrationClient, wish: Wish) -> Start:
    """Start the run that *wish* asks for, unless it was asked for before."""
    found = await asyncio.to_thread(_claim, clients(), settings(), wish)
    if not isinstance(found, Run):
        return found
    try:
        await client.start_new(ORCHESTRATION, found.id, wire.dump(found))
    except Exception as error:
        if "already exists" not in str(error):
            raise
        log.info("run %s was started by another process", found.id)
    return Started(found.id)


def _claim(connected: Clients, settings: Settings, wish: Wish) -> Run | Start:
    """Return the run to start, or why none is to be started."""
    run_id = ids.new_run_id()
    for claim in wish.claims:
        holder = connected.records.take(claim, run_id)
        if holder != run_id and not _abandoned(connected, holder):
            return Duplicate(holder)
        run_id = holder
    active = _active_claim(wish.request, run_id)
    waiting = connected.records.count_active()
    if waiting >= settings.max_concurrent_runs + settings.max_queued_runs:
        connected.records.release(wish.claims, run_id)
        return QueueFull(waiting)
    holder = connected.records.take(active, run_id)
    if holder != run_id and _has_let_go(connected, holder):
        connected.records.repoint((active,), holder, run_id)
        holder = connected.records.take(active, run_id)
    if holder != run_id:
        connected.records.repoint(wish.claims, run_id, holder)
        return Active(holder)
    return _record(connected, run_id, wish.request)


def _has_let_go(connected: Clients, run_id: str) -> bool:
    """Whether the run that holds a claim has ended (it frees the claim in a moment) or never began."""
    row = connected.records.get(run_id)
    return (row is not None and is_over(row)) or _abandoned(connected, run_id)


def _abandoned(connected: Clients, run_id: str) -> bool:
    """Whether run *run_id* was claimed and never began; waits some seconds for its first step."""
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        if has_started(connected.records.get(run_id)):
            return False
        time.sleep(0.2)
    return True


def _active_claim(request: RunRequest, run_id: str) -> Claim:
    """Return the claim of the one active run per work item and repository; a prompt is its own subject."""
    subject = request.work_item_id if request.work_item_id is not None else run_id
    parts = (request.organization, request.project, subject, request.repository)
    return Claim(ACTIVE, ids.key(*(str(part).casefold() for part in parts)))


def _record(connected: Clients, run_id: str, request: RunRequest) -> Run:
    """Write the run's row and its request, and return the run as the orchestration will carry it."""
    now = dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds")
    title = one_line(next(iter((request.user_prompt or "").strip().splitlines()), ""), 120)
    connected.blobs.put(run_id, "request.json", wire.to_bytes(request))
    run = Run(id=run_id, request=request.model_copy(update=LONG_TEXTS), title=title, queued_at=now)
    connected.records.add(run)
    return run
