"""Every fifteen minutes: put right what no run does itself any more.

Runs whose orchestration is gone are concluded and reported, container groups of runs that ended or that
nobody knows are deleted, claims of such runs are freed, and history, files and claims of old runs go; the
record in table `runs` stays.
"""

import asyncio
import datetime as dt
import logging
import traceback
from collections.abc import Awaitable, Mapping

import azure.durable_functions as df
import azure.functions as func
from azure.durable_functions.models import OrchestrationRuntimeStatus as Status

from activities.parts.acceptance import LONG_TEXTS
from autocoder import wire
from autocoder.clients.connect import Clients, clients
from autocoder.container_groups.build import APP_TAG, app_name
from autocoder.errors import AutocoderError
from autocoder.ids import GROUP_PREFIX
from autocoder.models import Run, RunReport, RunRequest
from autocoder.runs.claims import ACTIVE, SLOT, Claim
from autocoder.runs.rows import is_over
from autocoder.settings import settings
from triggers.hooks.failed_deliveries import restart_failed_deliveries
from triggers.owed_reports import give_owed_reports
from triggers.retention import delete_old_files, expire_claims, retained_since
from triggers.start import status_of

blueprint = df.Blueprint()
SCHEDULE = "0 */15 * * * *"
CONCLUSION = "conclude_run"
ENDED = (Status.Completed, Status.Failed, Status.Terminated, Status.Canceled)
log = logging.getLogger("autocoder.triggers")


@blueprint.timer_trigger(schedule=SCHEDULE, arg_name="timer", run_on_startup=False)
@blueprint.durable_client_input(client_name="client")
async def janitor(timer: func.TimerRequest, client: df.DurableOrchestrationClient) -> None:  # noqa: ARG001
    """Conclude lost runs, delete container groups, claims and files that nobody needs, purge old history."""
    connected = clients()
    await sweep(connected, {
        "runs concluded": _conclude_lost(connected, client),
        "failed deliveries started again": restart_failed_deliveries(client),
        "owed reports given": asyncio.to_thread(give_owed_reports, connected),
        "claims freed": asyncio.to_thread(_free_claims, connected),
        "container groups deleted": asyncio.to_thread(_delete_groups, connected),
        "histories purged": _purge(client),
        "runs' files deleted": asyncio.to_thread(delete_old_files, connected, settings()),
        "deduplication claims expired": asyncio.to_thread(expire_claims, connected, settings()),
    })  # fmt: skip


async def sweep(connected: Clients, parts: Mapping[str, Awaitable[int]]) -> None:
    """Do every part in turn, whichever of them fails, and log what came of it."""
    done = [f"{await _attempt(connected, what, part)} {what}" for what, part in parts.items()]
    log.info("janitor: %s", ", ".join(done))


async def _attempt(connected: Clients, what: str, part: Awaitable[int]) -> int:
    """Return how much *part* did; when it fails that is logged, and the next round tries again."""
    try:
        return await part
    except Exception:
        log.error("janitor: %s failed: %s", what, connected.redact(traceback.format_exc()))
        return 0


async def _conclude_lost(connected: Clients, client: df.DurableOrchestrationClient) -> int:
    """Conclude the runs that are active by their claim and that no orchestration carries; return how many."""
    active = await asyncio.to_thread(connected.records.taken, ACTIVE, settings().janitor_grace_minutes)
    concluded = 0
    for run_id in sorted(set(active.values())):
        concluded += await _attempt(connected, f"run {run_id}", _conclude(connected, client, run_id))
    return concluded


async def _conclude(connected: Clients, client: df.DurableOrchestrationClient, run_id: str) -> int:
    """Start the conclusion of an active run unless an orchestration carries it; return how many, 0 or 1."""
    seen = await status_of(client, run_id)
    if _goes_on(seen) or _goes_on(await status_of(client, f"{CONCLUSION}-{run_id}")):
        return 0
    run = await asyncio.to_thread(_read, connected, run_id)
    if run is None:
        return 0
    reason = _why_lost(seen)
    log.error("run %s: %s", run_id, reason)
    report = RunReport(run=run, title=run.title, outcome="failed", reason=reason)
    await client.start_new(CONCLUSION, f"{CONCLUSION}-{run.id}", wire.dump(report))
    return 1


def _goes_on(status: Status | None) -> bool:
    """Whether an orchestration with this *status* is there and has not ended."""
    return status is not None and status not in ENDED


def _why_lost(status: Status | None) -> str:
    """Return what was seen of an orchestration that ended before its run."""
    if status is None:
        return "The run's orchestration no longer exists. Start the run again."
    return f"The run's orchestration ended ({status.value}) before the run did. Start the run again."


def _read(connected: Clients, run_id: str) -> Run | None:
    """Return the run of an active row, None when it has ended, or there is nothing left to conclude."""
    row = connected.records.get(run_id)
    content = connected.blobs.get(run_id, "request.json")
    if row is None or is_over(row) or content is None:
        return None
    request = wire.load(RunRequest, content).model_copy(update=LONG_TEXTS)
    return Run(id=run_id, request=request, title=str(row.get("title", "")), queued_at=str(row["queued_at"]))


def _free_claims(connected: Clients) -> int:
    """Free the active claims and places of runs that have ended or have no row; return how many."""
    freed = 0
    for kind in (ACTIVE, SLOT):
        for key, run_id in connected.records.taken(kind, settings().janitor_grace_minutes).items():
            row = connected.records.get(run_id)
            if row is None or is_over(row):
                connected.records.release([Claim(kind, key)], run_id)
                freed += 1
    return freed


def _delete_groups(connected: Clients) -> int:
    """Delete this app's container groups whose runs have ended or have no row; return how many.

    Another app in the same resource group has rows of its own, and another `autocoder-app`.
    """
    deleted, ours = 0, app_name(settings())
    for group in connected.containers.list_groups():
        if not group.name.startswith(GROUP_PREFIX) or group.tags.get(APP_TAG) != ours:
            continue
        row = connected.records.get(group.name.removeprefix(GROUP_PREFIX))
        if row is not None and not is_over(row):
            continue
        try:
            connected.containers.delete_group(group.name)
            deleted += 1
        except AutocoderError as error:  # the next round tries again
            log.warning("janitor: container group %s: %s", group.name, error)
    return deleted


async def _purge(client: df.DurableOrchestrationClient) -> int:
    """Purge the history of runs that ended before the retention; return how many."""
    result = await client.purge_instance_history_by(
        created_time_from=dt.datetime(2020, 1, 1, tzinfo=dt.UTC),
        created_time_to=retained_since(settings()),
        runtime_status=[Status.Completed, Status.Failed, Status.Terminated],
    )
    return int(result.instances_deleted)
