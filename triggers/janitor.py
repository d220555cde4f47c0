"""Every fifteen minutes: put right what no run does itself any more.

Runs whose orchestration is gone are concluded and reported, container groups of runs that ended or that
nobody knows are deleted, claims of such runs are freed, and the history of old runs is purged; the record in
table `runs` stays.
"""

import asyncio
import datetime as dt
import logging

import azure.durable_functions as df
import azure.functions as func
from azure.durable_functions.models import OrchestrationRuntimeStatus as Status

from autocoder import wire
from autocoder.clients.connect import Clients, clients
from autocoder.clients.run_records import ACTIVE, SLOT, Claim
from autocoder.errors import AutocoderError
from autocoder.ids import GROUP_PREFIX
from autocoder.models import Run, RunReport, RunRequest
from autocoder.records import is_over
from autocoder.settings import settings
from triggers.start import LONG_TEXTS

blueprint = df.Blueprint()
SCHEDULE = "0 */15 * * * *"
CONCLUSION = "conclude_run"
ENDED = (Status.Completed, Status.Failed, Status.Terminated, Status.Canceled)
LOST = "The orchestration of this run is gone: its history was purged, or the task hub was changed."
log = logging.getLogger("autocoder.triggers")


@blueprint.timer_trigger(schedule=SCHEDULE, arg_name="timer", run_on_startup=False)
@blueprint.durable_client_input(client_name="client")
async def janitor(timer: func.TimerRequest, client: df.DurableOrchestrationClient) -> None:  # noqa: ARG001
    """Conclude lost runs, delete container groups and claims that nobody needs, purge old history."""
    connected = clients()
    lost = await _lost_runs(connected, client)
    for run in lost:
        report = RunReport(run=run, title=run.title, outcome="failed", reason=LOST)
        await client.start_new(CONCLUSION, f"{CONCLUSION}-{run.id}", wire.dump(report))
    freed = await asyncio.to_thread(_free_claims, connected)
    deleted = await asyncio.to_thread(_delete_groups, connected)
    purged = await _purge(client)
    log.info("janitor: %d runs concluded, %d claims freed, %d container groups deleted, %d histories purged",
             len(lost), freed, deleted, purged)  # fmt: skip


async def _lost_runs(connected: Clients, client: df.DurableOrchestrationClient) -> list[Run]:
    """Return the runs that are active by their claim and that no orchestration carries any more."""
    grace = settings().janitor_grace_minutes
    active = await asyncio.to_thread(connected.records.taken, ACTIVE, grace)
    lost = []
    for run_id in sorted(set(active.values())):
        if await _is_carried(client, run_id) or await _is_carried(client, f"{CONCLUSION}-{run_id}"):
            continue
        run = await asyncio.to_thread(_read, connected, run_id)
        if run is not None:
            lost.append(run)
    return lost


async def _is_carried(client: df.DurableOrchestrationClient, instance: str) -> bool:
    """Whether orchestration *instance* is there and has not ended."""
    status = await client.get_status(instance)
    return bool(status) and status.runtime_status is not None and status.runtime_status not in ENDED


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
    """Delete the container groups of runs that have ended or that have no row; return how many."""
    deleted = 0
    for group in connected.containers.list_groups():
        if not group.name.startswith(GROUP_PREFIX):
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
    until = dt.datetime.now(dt.UTC) - dt.timedelta(days=settings().log_retention_days)
    result = await client.purge_instance_history_by(
        created_time_from=dt.datetime(2020, 1, 1, tzinfo=dt.UTC),
        created_time_to=until,
        runtime_status=[Status.Completed, Status.Failed, Status.Terminated],
    )
    return int(result.instances_deleted)
