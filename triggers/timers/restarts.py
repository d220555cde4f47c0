"""The orchestration of a run that ended before the run: it is started again, or the run is given up.

Nothing of a run is in its orchestration alone, so another one goes on where the record says.
"""

import asyncio
import datetime as dt
import logging
from collections.abc import Mapping
from typing import Any

import azure.durable_functions as df

from activities.parts.orchestrations import ENDED, PAUSES_SECONDS, start_run_agent
from activities.parts.run_files import run_of, settled
from autocoder.clients.connect import Clients
from autocoder.clock import now
from autocoder.models import Ended
from autocoder.reports.run_report import ended_report
from autocoder.runs.claims import ACTIVE

VERSION_MISMATCH = "VersionMismatch"  # how the extension's words begin when another version ended an instance
MAX_RESTARTS, AT_ONCE, MAX_PAUSE_MINUTES = 30, 3, 60  # of orchestrations that end without a new version
GOES_ON = "The platform ended the run's orchestration; it goes on."
STOOD_STILL = "The run's orchestration stood still and was started again; it goes on."
GIVEN_UP = (
    f"The run's orchestration ended {MAX_RESTARTS} times without a result. Search the app's log for {{}}."
)
log = logging.getLogger("autocoder.triggers")


async def replace(
    connected: Clients, client: df.DurableOrchestrationClient, run_id: str, row: Mapping[str, Any]
) -> int:
    """End an orchestration that stands still, and start the run; what still works of it does no harm."""
    log.warning("run %s: its orchestration stands still; it is replaced", run_id)
    await client.terminate(run_id, STOOD_STILL)
    for pause in PAUSES_SECONDS:
        found: Any = await client.get_status(run_id)
        if found.runtime_status in ENDED:
            return await restart(connected, client, run_id, row, found)
        await asyncio.sleep(pause)
    return 0  # the next round finds that it has ended


async def restart(
    connected: Clients, client: df.DurableOrchestrationClient, run_id: str, row: Mapping[str, Any], found: Any
) -> int:
    """Start a run whose orchestration has ended or is gone; one that ends again and again is given up."""
    if found is None:  # a run that was accepted a moment ago has no delay to explain
        log.warning("run %s has no orchestration; it is started", run_id)
    elif str(found.output or "").startswith(VERSION_MISMATCH):
        log.info("run %s: a new version of the app ended its orchestration; it goes on", run_id)
        await asyncio.to_thread(connected.records.note, run_id, GOES_ON)
    elif not await asyncio.to_thread(_may_restart, connected, run_id, row, found):
        return 0
    await start_run_agent(client, run_id)
    return 1


def _may_restart(connected: Clients, run_id: str, row: Mapping[str, Any], found: Any) -> bool:
    """Count an orchestration that ended before its run, and return whether it is started again now.

    The pauses grow from nothing to an hour, so that a run is given up after about a day.
    """
    restarts = int(row.get("restarts") or 0)
    minutes = min(2 ** (restarts - AT_ONCE), MAX_PAUSE_MINUTES) if restarts > AT_ONCE else 0
    if since(moment_of(found.last_updated_time)) < dt.timedelta(minutes=minutes):
        return False
    if restarts >= MAX_RESTARTS:
        _give_up(connected, run_id, row)
        return False
    ending = f"{found.runtime_status.value}: {connected.redact(str(found.output))[:500]}"
    log.error("run %s: its orchestration ended (%s); it goes on", run_id, ending)
    why = STOOD_STILL if STOOD_STILL in ending else GOES_ON
    connected.records.note(run_id, why, more={"restarts": restarts + 1})
    return True


def since(moment: dt.datetime) -> dt.timedelta:
    """Return how long ago *moment* was."""
    return dt.datetime.now(dt.UTC) - moment


def moment_of(time: dt.datetime | None) -> dt.datetime:
    """Return a time of the SDK, which has no zone, as UTC; long ago when there is none."""
    if time is None:
        return dt.datetime.min.replace(tzinfo=dt.UTC)
    return time if time.tzinfo else time.replace(tzinfo=dt.UTC)


def _give_up(connected: Clients, run_id: str, row: Mapping[str, Any]) -> None:
    """End a run that no orchestration can carry; its work item is told with the reports that are owed."""
    reason = GIVEN_UP.format(run_id)
    log.error("run %s is given up: its orchestration ended %s times", run_id, MAX_RESTARTS)
    ended = ended_report(run_of(run_id, row), Ended(outcome="failed", reason=reason))
    report = settled(connected, ended, row)
    columns: dict[str, Any] = {"status": report.outcome, "reason": report.reason, "branch": report.branch}
    columns |= {"ended_at": now(), "report_owed": True}
    connected.records.end(run_id, columns)
    connected.records.release_all((ACTIVE,), run_id)  # its place is passed on in the next round
