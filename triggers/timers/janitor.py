"""Every fifteen minutes: put right what no run does itself any more.

Reports that are owed are given, container groups of runs that ended or that nobody knows are deleted, claims
of such runs are freed, and history, files and claims of old runs go; the record in table `runs` stays. Runs
whose orchestration is gone go on each minute (`resume_runs`).
"""

import asyncio
import datetime as dt

import azure.durable_functions as df
import azure.functions as func

from activities.parts.orchestrations import ENDED
from autocoder.clients.connect import Clients, clients
from autocoder.clock import days_ago
from autocoder.container_groups.build import APP_TAG, app_name
from autocoder.ids import round_of_group
from autocoder.rounds import Round
from autocoder.runs.claims import ACTIVE, Claim
from autocoder.runs.rows import is_over, round_of
from autocoder.settings import settings
from triggers.timers.owed_reports import give_owed_reports
from triggers.timers.retention import delete_old_files, expire_claims
from triggers.timers.sweeping import do_each, sweep

blueprint = df.Blueprint()
SCHEDULE = "0 */15 * * * *"


@blueprint.timer_trigger(schedule=SCHEDULE, arg_name="timer", run_on_startup=False)
@blueprint.durable_client_input(client_name="client")
async def janitor(timer: func.TimerRequest, client: df.DurableOrchestrationClient) -> None:  # noqa: ARG001
    """Give owed reports, delete container groups, claims and files that nobody needs, purge old history."""
    connected = clients()
    await sweep(connected, {
        "owed reports given": asyncio.to_thread(give_owed_reports, connected),
        "claims freed": asyncio.to_thread(_free_claims, connected),
        "container groups deleted": asyncio.to_thread(_delete_groups, connected),
        "histories purged": _purge(client),
        "runs' files deleted": asyncio.to_thread(delete_old_files, connected, settings()),
        "deduplication claims expired": asyncio.to_thread(expire_claims, connected, settings()),
    })  # fmt: skip


def _free_claims(connected: Clients) -> int:
    """Free the active claims of runs that have ended or have no row; return how many."""
    taken = connected.records.taken(ACTIVE, settings().janitor_grace_minutes)
    return do_each(connected, "active claim", taken, lambda key: _free_claim(connected, key, taken[key]))


def _free_claim(connected: Clients, key: str, run_id: str) -> int:
    """Free the active claim of a run that has ended or has no row; return 1 when it was freed, else 0."""
    row = connected.records.get(run_id)
    if row is not None and not is_over(row):
        return 0
    connected.records.release([Claim(ACTIVE, key)], run_id)
    if row is None and connected.records.get(run_id) is not None:  # a request went on with it just now
        connected.records.take(Claim(ACTIVE, key), run_id)
        return 0
    return 1


def _delete_groups(connected: Clients) -> int:
    """Delete this app's container groups whose rounds or runs have ended or have no row; return how many.

    Another app in the same resource group has rows of its own, and another `autocoder-app`.
    """
    ours = app_name(settings())
    names = [one.name for one in connected.containers.list_groups() if one.tags.get(APP_TAG) == ours]
    return do_each(connected, "container group", names, lambda name: _delete_group(connected, name))


def _delete_group(connected: Clients, name: str) -> int:
    """Delete a container group that no run needs; return 1 when it was deleted, else 0."""
    of = round_of_group(name)
    if of is None or _is_needed(connected, of):
        return 0
    connected.containers.delete_group(name)
    return 1


def _is_needed(connected: Clients, of: Round) -> bool:
    """Whether the run of this round goes on in it; its row says so before its container group is made."""
    row = connected.records.get(of.run_id)
    return row is not None and not is_over(row) and round_of(of.run_id, row).number <= of.number


async def _purge(client: df.DurableOrchestrationClient) -> int:
    """Purge the history of runs that ended before the retention; return how many."""
    result = await client.purge_instance_history_by(
        created_time_from=dt.datetime(2020, 1, 1, tzinfo=dt.UTC),
        created_time_to=days_ago(settings().log_retention_days),
        runtime_status=list(ENDED),
    )
    return int(result.instances_deleted)
