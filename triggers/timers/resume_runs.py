"""Each minute: let every run go on that should, and that no orchestration carries.

A deployment, a lost history, a dead worker and an orchestration that hangs are one case: the run's record
says where it goes on. What a run waits for is ended here, too, when its time has come.
"""

import asyncio
import datetime as dt
import logging
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from typing import Any

import azure.durable_functions as df
import azure.functions as func
from azure.durable_functions.models import OrchestrationRuntimeStatus as Status

from activities.parts.orchestrations import ENDED, hint, start_run_agent
from autocoder.clients.connect import Clients, clients
from autocoder.clock import now
from autocoder.runs.claims import ACTIVE
from autocoder.runs.rows import PLACE, SERVICE, is_over
from autocoder.runs.standstill import stands_still
from autocoder.runs.version import orchestration_version
from triggers.hooks.failed_deliveries import restart_failed_deliveries
from triggers.timers.restarts import moment_of, replace, restart, since
from triggers.timers.sweeping import attempt, sweep

blueprint = df.Blueprint()
SCHEDULE = "0 * * * * *"
MAX_AT_ONCE = 8
# The hub ends an orchestration of another version at its next turn, which can take some seconds to come.
WOKEN_PAUSES_SECONDS = (0.1, 0.4, 1.5, 3.0, 5.0, 10.0, 15.0)
QUIET = dt.timedelta(seconds=45)  # less than a round; rounds may also be asked for by hand
LONG_PENDING = dt.timedelta(minutes=5)
Runs = Awaitable[tuple[str, ...]]
log = logging.getLogger("autocoder.triggers")
# When each running orchestration was last updated, as the round before saw it. No look decides alone: after a
# restart of the app, or when storage was away, the hub has a whole round to catch up with what was due.
_seen_before: dict[str, dt.datetime] = {}


@dataclass(frozen=True)
class _Round:
    """One round over all runs: what the round before saw, and whose orchestrations were woken to end."""

    connected: Clients
    client: df.DurableOrchestrationClient
    before: Mapping[str, dt.datetime]
    woken: set[str]


@blueprint.timer_trigger(schedule=SCHEDULE, arg_name="timer", run_on_startup=False)
@blueprint.durable_client_input(client_name="client")
async def resume_runs(timer: func.TimerRequest, client: df.DurableOrchestrationClient) -> None:  # noqa: ARG001
    """Start every unfinished run and delivery that no orchestration carries and that does not wait."""
    await make_round(clients(), client)


async def make_round(connected: Clients, client: df.DurableOrchestrationClient) -> None:
    """Let everything go on that should; which runs are unfinished is read once for all parts."""
    unfinished = asyncio.create_task(asyncio.to_thread(_unfinished, connected))  # a failure is a part's own
    woken = set[str]()
    await sweep(connected, {
        "runs that have a place started": pass_on_places(connected, client, unfinished, woken),
        "waiting runs told": asyncio.to_thread(connected.places.tell_turns),
        "runs resumed": resume_unfinished(connected, client, unfinished, woken),
        "failed deliveries started again": restart_failed_deliveries(client),
        "woken runs started": start_woken(client, woken),
    })  # fmt: skip


def _unfinished(connected: Clients) -> tuple[str, ...]:
    """Return the runs that are active by their claims."""
    return tuple(sorted(set(connected.records.held(ACTIVE).values())))


async def pass_on_places(
    connected: Clients, client: df.DurableOrchestrationClient, unfinished: Runs, woken: set[str]
) -> int:
    """Give every place that nobody holds any more to the next run; return how many were started.

    A deployment may have met a run just before it began to wait: its orchestration of the earlier version
    refuses the start, and is *woken*.
    """

    async def start(run_id: str) -> int:
        if await start_run_agent(client, run_id):
            return 1
        woken.add(run_id)  # before the hint, which may fail
        await hint(client, run_id)
        return 0

    placed = await asyncio.to_thread(connected.places.pass_on_places, await unfinished)
    return sum([await attempt(connected, f"run {run_id}", start(run_id)) for run_id in placed])


async def resume_unfinished(
    connected: Clients, client: df.DurableOrchestrationClient, unfinished: Runs, woken: set[str]
) -> int:
    """Look at every run of *unfinished*; return how many were started or *woken*."""
    this = _Round(connected, client, dict(_seen_before), woken)
    _seen_before.clear()  # also when what follows fails: then nothing was seen in this round
    turns = asyncio.Semaphore(MAX_AT_ONCE)

    async def resume(run_id: str) -> int:
        async with turns:
            return await attempt(connected, f"run {run_id}", _resume(this, run_id))

    return sum(await asyncio.gather(*map(resume, await unfinished)))


async def _resume(this: _Round, run_id: str) -> int:
    """Let one run go on; return 1 when that was needed, else 0."""
    connected, client = this.connected, this.client
    found: Any = await client.get_status(run_id)
    if found.runtime_status is None:  # the SDK's answer for an instance that is not there
        found = None
    row = await asyncio.to_thread(connected.records.get, run_id)
    if row is None or is_over(row) or _waits(row):
        return 0
    if found is not None and found.runtime_status not in ENDED:
        if await _stands_still(this, run_id, found):
            return await replace(connected, client, run_id, row)
        return await _wake(this, run_id, row)
    if row.get("waiting_for") and (found is None or found.runtime_status == Status.Completed):
        await start_run_agent(client, run_id)
        return 1
    return await restart(connected, client, run_id, row, found)


def _waits(row: Mapping[str, Any]) -> bool:
    """Whether the run waits, and need not be looked at now."""
    if row.get("cancel_requested"):
        return False
    if row.get("waiting_for") == SERVICE:
        return str(row.get("waiting_until")) > now()
    return row.get("waiting_for") == PLACE and row.get("status") == "queued"


async def _wake(this: _Round, run_id: str, row: Mapping[str, Any]) -> int:
    """Wake an orchestration of another version, so that it ends now, or one whose run was cancelled."""
    if row.get("version") != orchestration_version():
        this.woken.add(run_id)
        await hint(this.client, run_id)
    elif row.get("cancel_requested"):
        await hint(this.client, run_id)
        await start_run_agent(this.client, run_id)  # one that was about to end may not have taken the hint
    else:
        return 0
    return 1


async def start_woken(client: df.DurableOrchestrationClient, woken: set[str]) -> int:
    """Start the runs whose orchestrations were *woken* to end; return how many have ended by now."""
    left = sorted(woken)
    for pause in WOKEN_PAUSES_SECONDS:
        if left:
            await asyncio.sleep(pause)
            left = [run_id for run_id in left if not await start_run_agent(client, run_id)]
    return len(woken) - len(left)


async def _stands_still(this: _Round, run_id: str, found: Any) -> bool:
    """Whether the orchestration *found* has not moved since the round before, and waits for nothing."""
    updated = _seen_before[run_id] = moment_of(found.last_updated_time)
    is_quiet = updated == this.before.get(run_id) and since(updated) >= QUIET
    if found.runtime_status == Status.Pending and is_quiet and since(updated) >= LONG_PENDING:
        log.warning("run %s: its orchestration has not begun for minutes", run_id)  # the hub may be busy
    if found.runtime_status != Status.Running or not is_quiet:
        return False
    whole: Any = await this.client.get_status(run_id, show_history=True)
    unmoved = whole.runtime_status == Status.Running and moment_of(whole.last_updated_time) == updated
    return unmoved and stands_still(whole.history or (), dt.datetime.now(dt.UTC))
