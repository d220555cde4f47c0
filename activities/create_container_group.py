"""Creates the container group of a round once; an existing group is adopted and never written again.

A second PUT would restart its containers:
https://learn.microsoft.com/azure/container-instances/container-instances-update
"""

import json
from collections.abc import Mapping
from typing import Any

from activities.activity import activity
from activities.parts.capacity import no_capacity
from activities.parts.parallel import in_parallel
from autocoder.agents import agents
from autocoder.clients.connect import Clients, clients
from autocoder.container_groups.build import container_group
from autocoder.errors import Conflict, MayPass, NoCapacity, NoImage, RetryLater
from autocoder.ids import group_name
from autocoder.models import Ended, Plan
from autocoder.rounds import RoundFile, WholeRun
from autocoder.runs.callback import callback_token
from autocoder.runs.ending import cancelled_in
from autocoder.runs.files import ATTEMPT, LOG, PACK, PROGRESS, REPORT, RESULT, STREAM
from autocoder.runs.next_step import LAUNCHED_AT, LAUNCHES
from autocoder.runs.rows import is_concluded, round_of
from autocoder.settings import settings

OUTPUTS = {
    ATTEMPT: "rcw",  # read to see which attempt has claimed the round
    LOG: "a",
    STREAM: "a",
    PROGRESS: "cw",
    PACK: "cw",
    RESULT: "cw",
}
MARGIN_MINUTES = 40  # for which signed URLs outlive the start and the agent's work: checks, upload, delays
CLONE_MARGIN_MINUTES = 15  # for which the clone token outlives the time that a group may take to start
GIVEN_UP = ("Failed", "Deleting")  # states of a group that was asked for before, and never worked
OVER = Ended(outcome="cancelled", reason="The run had ended before its containers were started.")


@activity
def create_container_group(plan: Plan) -> Ended | None:
    """Create the group with its secrets; return how the run ends if it was cancelled or a secret is missing.

    Raises `NoCapacity` while the region has no quota or capacity, `MayPass` while it is refused otherwise,
    `Conflict` when the run has gone on to another round: what its row says of a group is not about this one.
    """
    connected = clients()
    group, row = in_parallel(
        lambda: connected.containers.get_group(group_name(plan.run.current_round)),
        lambda: connected.records.get(plan.run.id),
    )
    if row is not None and round_of(plan.run.id, row) != plan.run.current_round:
        raise Conflict("The run has gone on to another round.")
    is_new = not (row or {}).get(LAUNCHED_AT)  # else a supervisor may still work in a group that failed
    if group is not None and is_new and group.provisioning_state in GIVEN_UP:
        connected.containers.delete_group(group_name(plan.run.current_round))
        raise RetryLater("The earlier container group is still being deleted.", retry_after_seconds=5)
    if group is not None:
        connected.records.launched(plan.run.id)
        return None
    settled = {"agent_type": plan.agent_type, "model": plan.model, "branch": plan.branch}
    cancelled = cancelled_in(row) if row and row.get("cancel_requested") else None
    refused = cancelled or _ended_by_missing_secret(connected, plan)
    if refused is not None:
        connected.records.merge(plan.run.id, settled)
        return refused
    return _created(connected, plan, row, settled)


def _created(
    connected: Clients, plan: Plan, row: dict[str, Any] | None, settled: Mapping[str, Any]
) -> Ended | None:
    """Create the group of a run that goes on, and note it with what was *settled*."""
    row, secrets = in_parallel(
        lambda: connected.records.enter(plan.run.id, "provisioning", {**settled, "reason": ""}, row),
        lambda: _secrets(connected, plan),
    )
    if is_concluded(row):
        return OVER
    try:
        operation = connected.containers.create_group(container_group(plan, settings()), secrets)
    except (NoCapacity, MayPass) as error:
        told = _explained(error)
        connected.records.note(plan.run.id, f"Waiting: {told}")
        raise told from None
    row = connected.records.launched(plan.run.id, operation, int(row.get(LAUNCHES) or 0) + 1)
    # This activity may be executed once more, after the run's end, or after that was settled.
    if is_concluded(row) or connected.blobs.exists(WholeRun(plan.run.id), REPORT):
        connected.containers.delete_group(group_name(plan.run.current_round))
        return OVER
    return None


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
