"""Creates the container group of a round once; an existing group is adopted and never written again.

A second PUT would restart its containers:
https://learn.microsoft.com/azure/container-instances/container-instances-update
"""

import json
from collections.abc import Mapping
from typing import Any

from pydantic import Field

from activities.activity import activity
from activities.parts.capacity import no_capacity
from activities.parts.work_item_comment import repeat_final_comment, show_preparing, tried_columns
from autocoder.agents import agents
from autocoder.clients.connect import Clients, clients
from autocoder.clock import now
from autocoder.container_groups.build import container_group
from autocoder.container_groups.state import GroupState
from autocoder.errors import Conflict, MayPass, NoCapacity, NoImage, RetryLater
from autocoder.ids import group_name
from autocoder.models import Ended, Plan, Value
from autocoder.parallel import in_parallel
from autocoder.rounds import RoundFile, WholeRun
from autocoder.runs.callback import callback_token
from autocoder.runs.ending import cancelled_in
from autocoder.runs.files import ATTEMPT, LOG, PACK, PROGRESS, REPORT, RESULT, STREAM, UNPUBLISHED
from autocoder.runs.next_step import LAUNCHED_AT, LAUNCHES
from autocoder.runs.rows import is_concluded, round_of, subject_columns
from autocoder.settings import settings

OUTPUTS = {
    ATTEMPT: "rcw",  # read to see which attempt has claimed the round
    LOG: "a",
    STREAM: "a",
    PROGRESS: "cw",
    PACK: "cw",
    RESULT: "cw",
    UNPUBLISHED: "cw",
}
MARGIN_MINUTES = 40  # for which signed URLs outlive the start and the agent's work: checks, upload, delays
CLONE_MARGIN_MINUTES = 15  # for which the clone token outlives the time that a group may take to start
GIVEN_UP = ("Failed", "Deleting")  # states of a group that was asked for before, and never worked
Row = dict[str, Any]
OVER = Ended(outcome="cancelled", reason="The run had ended before its containers were started.")


class Launch(Value):
    """The plan of a run whose containers are wanted."""

    plan: Plan
    row: dict[str, Any] | None = Field(None, description="the run's row, which saves another read")


@activity
def create_container_group(given: Launch) -> Ended | None:
    """Create the group with its secrets; return how the run ends if it was cancelled or a secret is missing.

    Meanwhile the work item is told that the run is being prepared.

    Raises `NoCapacity` while the region has no quota or capacity, `MayPass` while it is refused otherwise,
    `Conflict` when the run has gone on to another round: what its row says of a group is not about this one.
    """
    connected, plan = clients(), given.plan
    group = connected.containers.get_group(group_name(plan.run.current_round))
    if group is not None:
        _adopt(connected, plan, group)
        return None
    settled = {"agent_type": plan.agent_type, "model": plan.model, "branch": plan.branch}
    settled |= subject_columns(plan.title, plan.work_item.web_url if plan.work_item else None)
    row = _of_this_round(plan, given.row or connected.records.get(plan.run.id) or {})
    cancelled = cancelled_in(row) if row.get("cancel_requested") else None
    refused = cancelled or _ended_by_missing_secret(connected, plan)
    if refused is not None:
        connected.records.merge(plan.run.id, settled)
        return refused
    return _created(connected, plan, row, settled)


def _adopt(connected: Clients, plan: Plan, group: GroupState) -> None:
    """Note that the *group* was created before; delete one that never worked, to create it anew."""
    row = _of_this_round(plan, connected.records.get(plan.run.id) or {})
    is_new = not row.get(LAUNCHED_AT)  # else a supervisor may still work in a group that failed
    if is_new and group.provisioning_state in GIVEN_UP:
        connected.containers.delete_group(group_name(plan.run.current_round))
        raise RetryLater("The earlier container group is still being deleted.", retry_after_seconds=5)
    connected.records.launched(plan.run.current_round, launches=_launches(row), read=row)


def _launches(row: Row) -> int:
    """Return the number of groups of the round, with one that the *row* does not know of yet."""
    return int(row.get(LAUNCHES) or 0) + 1


def _of_this_round(plan: Plan, row: Row) -> Row:
    """Return the *row* of the plan's run. Raises `Conflict` when it is about another round."""
    if row and round_of(plan.run.id, row) != plan.run.current_round:
        raise Conflict("The run has gone on to another round.")
    return row


def _created(connected: Clients, plan: Plan, before: Row, settled: Row) -> Ended | None:
    """Create the group of a run that goes on, and note it with what was *settled*.

    *before* is the run's row as it was read. Each row that is written or read below is as new as its call.
    """
    run_id, began = plan.run.id, now()
    columns = {**settled, "reason": "", **tried_columns(plan.run, before)}
    row, secrets = in_parallel(
        lambda: connected.records.enter(run_id, "provisioning", columns, before, plan.run.current_round),
        lambda: _secrets(connected, plan),
    )
    _of_this_round(plan, row)
    if is_concluded(row):
        return OVER
    if row.get("cancel_requested"):
        return cancelled_in(row)
    if row.get(LAUNCHED_AT):  # a group was accepted, and is gone: looks decide what that means
        return None
    is_first = str(row.get("phase_provisioning", "")) >= began
    created, told = in_parallel(
        lambda: _asked_for(connected, plan, secrets),
        lambda: show_preparing(connected, plan.run, before if is_first else row, is_repeat=not is_first),
    )
    if isinstance(created, Exception):
        connected.records.note(run_id, f"Waiting: {created}", row, told)
        raise created
    return _launched(connected, plan, created, row, told)


def _launched(connected: Clients, plan: Plan, operation: str, row: Row, told: Row) -> Ended | None:
    """Note that the group was accepted; take it back if the run's end is settled, for this may come late.

    The report is looked for although the row tells of it: it is written first, and the group is deleted
    only after that. So whoever creates the group after it was deleted finds the report here.
    """
    current, launches = plan.run.current_round, _launches(row)
    row, is_settled = in_parallel(
        lambda: connected.records.launched(current, launches, operation, row, told),
        lambda: connected.blobs.exists(WholeRun(plan.run.id), REPORT),
    )
    if not told.items() <= row.items():
        connected.records.merge(plan.run.id, told)
    if not (is_settled or is_concluded(row)):
        return None
    connected.containers.delete_group(group_name(current))
    repeat_final_comment(connected, plan.run, {**row, **told})
    return OVER


def _asked_for(
    connected: Clients, plan: Plan, secrets: Mapping[tuple[str, str], str]
) -> str | NoCapacity | MayPass:
    """Ask for the group; return the URL of the operation that creates it, or why it cannot begin now."""
    try:
        return connected.containers.create_group(container_group(plan, settings()), secrets)
    except (NoCapacity, MayPass) as error:
        return _explained(error)


def _explained(error: NoCapacity | MayPass) -> NoCapacity | MayPass:
    """Return *error* with what to check."""
    given = settings()
    if isinstance(error, NoCapacity):
        return no_capacity(error.message, given, error.service_code)
    if not isinstance(error, NoImage):
        return error
    return NoImage(
        error.message,
        retry_after_seconds=error.retry_after_seconds,
        service_code=error.service_code,
        next_step=f"Check that {given.image_registry} has the images with tag {given.image_tag} (IMAGE_TAG), "
        "and that the identity in IMAGE_PULL_IDENTITY has the role AcrPull there.",
    )


def _secret_names(plan: Plan) -> tuple[str, str]:
    """Return the names of the two secrets: the model key and the callback key."""
    return agents()[plan.agent_type].secret, settings().callback_key_secret


def _ended_by_missing_secret(connected: Clients, plan: Plan) -> Ended | None:
    """Return how the run ends if a secret is missing, else None."""
    missing = [name for name in _secret_names(plan) if not connected.vault.read_secret(name)]
    if not missing:
        return None
    reason = (
        f"Key Vault has no secret {missing[0]}, or the app may not read it. "
        "Add it, or let the app's identity read it; then start the run again."
    )
    return Ended(outcome="failed", reason=reason)


def _secrets(connected: Clients, plan: Plan) -> Mapping[tuple[str, str], str]:
    """Return the values of the secret variables by container and name; they are used for nothing else."""
    model_key, callback_key = (connected.vault.read_secret(name) or "" for name in _secret_names(plan))
    run_id, current = plan.run.id, plan.run.current_round
    minutes = plan.provisioning_minutes + (plan.budget.minutes or 0) + MARGIN_MINUTES
    clone_seconds = 60 * (plan.provisioning_minutes + CLONE_MARGIN_MINUTES)
    token, sas = callback_token(callback_key, run_id), connected.blobs.sas_url
    connected.guard(token)
    inputs = {name: sas(current, RoundFile(name), "r", minutes) for name in plan.inputs}
    outputs = {name: sas(current, name, permissions, minutes) for name, permissions in OUTPUTS.items()}
    return {
        ("clone", "CLONE_AUTHORIZATION"): connected.clone_authorization(clone_seconds),
        ("clone", "INPUT_URLS"): json.dumps(inputs),
        ("supervisor", "MODEL_KEY"): model_key,
        ("supervisor", "CALLBACK_TOKEN"): token,
        ("supervisor", "OUTPUT_URLS"): json.dumps(outputs),
    }
