"""Start a run once: claim first, then start the orchestration.

Starting an orchestration is no lock (two starts both succeed), so an insert into table `claims` decides. A
claim whose orchestration never began (its process died in between) is taken over and started again.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import azure.durable_functions as df

from activities.parts.orchestrations import start_run_agent
from activities.parts.run_files import LONG_TEXTS
from autocoder import ids, wire
from autocoder.clients.connect import Clients, clients
from autocoder.clients.run_records import RunRecords
from autocoder.clock import now
from autocoder.models import Run, RunRequest
from autocoder.runs.claims import CHANGE, CONTENT, DELIVERY, Claim, active_claim
from autocoder.runs.rows import has_started, is_over
from autocoder.settings import Settings, settings
from autocoder.shared.outcomes import BY_NAME
from autocoder.texts.markdown import one_line

PATIENCE_SECONDS = 5.0  # how long another process may take between its claim and its start
STATUS_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Started:
    """A run that was started just now."""

    run: Run

    @property
    def run_id(self) -> str:
        """Its id."""
        return self.run.id


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A repeat of an earlier request, and the run that was started for it."""

    run_id: str
    kind: str  # of the claim that was taken: the same delivery, content or idempotency key


@dataclass(frozen=True, slots=True)
class Active:
    """Another run of the same work item and repository is still going on."""

    run_id: str


@dataclass(frozen=True, slots=True)
class QueueFull:
    """As many runs wait as may."""

    waiting: int


StartResult = Started | Duplicate | Active | QueueFull


@dataclass(frozen=True, slots=True)
class StartRequest:
    """A request, and the claims by which its repeats are known: all kinds but `active` and `slot`."""

    request: RunRequest
    claims: tuple[Claim, ...] = field(default=())
    may_be_refused: bool = True  # when the queue is full: whoever asks is there to ask again


async def start_run(client: df.DurableOrchestrationClient, start: StartRequest) -> StartResult:
    """Start the run that *start* asks for, unless a repeat, another run or a full queue forbids it."""
    loop = asyncio.get_running_loop()

    def is_there(run_id: str) -> bool:
        asked = asyncio.run_coroutine_threadsafe(status_of(client, run_id), loop)
        return asked.result(STATUS_SECONDS) is not None

    found = await asyncio.to_thread(_Claims(clients().records, is_there).claim, settings(), start)
    if isinstance(found, str):
        return await _begin(client, await asyncio.to_thread(_record, clients(), found, start.request))
    return found


async def _begin(client: df.DurableOrchestrationClient, run: Run) -> Started:
    """Start the orchestration of *run*; another process may have done so."""
    await start_run_agent(client, run.id)
    return Started(run)


async def status_of(
    client: df.DurableOrchestrationClient, instance: str
) -> df.OrchestrationRuntimeStatus | None:
    """Return the status of orchestration *instance*, None when there is none."""
    found = await client.get_status(instance)
    return found.runtime_status if found else None


@dataclass(frozen=True)
class _Claims:
    """The claims of one start request: which run holds them, and when they may be taken over."""

    records: RunRecords
    is_there: Callable[[str], bool]

    def claim(self, settings: Settings, start: StartRequest) -> str | StartResult:
        """Return the id of the run to start, or why none is to be started."""
        run_id, taken = ids.new_run_id(), list[Claim]()
        for claim in start.claims:
            holder = self.records.take(claim, run_id)
            if holder != run_id and claim.kind == CONTENT and self._ended_in_vain(holder):
                holder = self.records.take_over(claim, holder, run_id)
            if holder != run_id:
                abandoned = self._is_abandoned(holder)
                self.records.repoint(taken, run_id, holder)  # this id gets no run, and a repeat may come late
                if not abandoned:
                    return Duplicate(holder, claim.kind)
                run_id = holder
            taken.append(claim)
        waiting = self.records.count_active()
        most = settings.max_concurrent_runs + settings.max_queued_runs
        if start.may_be_refused and waiting >= most:
            self.records.release(start.claims, run_id)
            return QueueFull(waiting)
        return self._claim_subject(start, run_id)

    def _claim_subject(self, start: StartRequest, run_id: str) -> str | Active:
        """Claim the work item for *run_id*; where another run holds it, what was delivered is used up."""
        active = active_claim(start.request, run_id)
        holder = self.records.take(active, run_id)
        if holder != run_id and self._has_given_way(holder, run_id):
            holder = self.records.take_over(active, holder, run_id)
        if holder == run_id:
            return run_id
        delivered = [claim for claim in start.claims if claim.kind in (DELIVERY, CHANGE)]
        self.records.release([claim for claim in start.claims if claim not in delivered], run_id)
        self.records.repoint(delivered, run_id, holder)
        return Active(holder)

    def _has_given_way(self, run_id: str, successor: str) -> bool:
        """Whether a run has ended, or was never started: its end is written before its claim is taken over.

        In the other order, a death in between would leave it queued for ever.
        """
        return self._is_over(run_id) or (self._is_abandoned(run_id) and self._give_up(run_id, successor))

    def _give_up(self, run_id: str, successor: str) -> bool:
        """Write that a run could not be started, unless it has started just now; return whether it is over.

        A run without a row is over, too: no orchestration will carry it.
        """
        reason = f"The run could not be started; run {successor} takes its place."
        row = self.records.give_up(run_id, {"status": "failed", "reason": reason, "ended_at": now()})
        return row is None or is_over(row)

    def _ended_in_vain(self, run_id: str) -> bool:
        """Whether the run ended and brought nothing, no pull request either: the same text may ask again."""
        row = self.records.get(run_id)
        if row is None or not is_over(row):
            return False
        return BY_NAME[row["status"]].may_retry and row.get("pull_request_id") is None

    def _is_over(self, run_id: str) -> bool:
        """Whether the run has ended; it frees its claim in a moment."""
        row = self.records.get(run_id)
        return row is not None and is_over(row)

    def _is_abandoned(self, run_id: str) -> bool:
        """Whether the run was claimed and never started; another process gets some seconds to do so."""
        until = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < until:
            if has_started(self.records.get(run_id)) or self.is_there(run_id):
                return False
            time.sleep(0.2)
        return True


def _record(connected: Clients, run_id: str, request: RunRequest) -> Run:
    """Write the run's row and its request, and return the run as the orchestration will carry it."""
    title = one_line(next(iter((request.user_prompt or "").strip().splitlines()), ""), 120)
    run = Run(id=run_id, request=request.model_copy(update=LONG_TEXTS), title=title, queued_at=now())
    connected.blobs.put(run_id, "request.json", wire.to_bytes(request))  # no row without it: see the janitor
    connected.records.add(run)
    return run
