"""Launch the container group of a run, once: one that exists is adopted, never written again.

A second PUT would restart its containers:
https://learn.microsoft.com/azure/container-instances/container-instances-update
"""

import json
from collections.abc import Mapping

from activities.activity import activity
from activities.record_phase import now
from autocoder.agents import agents
from autocoder.callback import callback_token
from autocoder.clients.connect import Clients, clients
from autocoder.container_groups import container_group
from autocoder.ids import group_name
from autocoder.models import Ended, Plan
from autocoder.records import phase_columns
from autocoder.settings import settings

OUTPUTS = {
    "attempt": "cw",
    "log.txt": "a",
    "progress.json": "cw",
    "changes.pack": "cw",
    "result.json": "cw",
}
MARGIN_MINUTES = 40


@activity
def create_container_group(plan: Plan) -> Ended | None:
    """Create the group with its secrets; returns how the run ends when a secret is missing."""
    connected = clients()
    if connected.containers.get_group(group_name(plan.run.id)) is not None:
        return None
    agent = agents()[plan.agent_type]
    model_key = connected.vault.read_secret(agent.secret)
    callback_key = connected.vault.read_secret(settings().callback_key_secret)
    for name, value in ((agent.secret, model_key), (settings().callback_key_secret, callback_key)):
        if not value:
            reason = f"Key Vault has no secret {name}, or the app may not read it. Add it, then start again."
            return Ended(outcome="failed", reason=reason)
    connected.records.merge(plan.run.id, phase_columns("provisioning", now()))
    connected.blobs.create_append(plan.run.id, "log.txt")
    spec = container_group(plan, settings())
    connected.containers.create_group(spec, _secrets(connected, plan, model_key or "", callback_key or ""))
    return None


def _secrets(
    connected: Clients, plan: Plan, model_key: str, callback_key: str
) -> Mapping[tuple[str, str], str]:
    """Return the values of the secret variables, by container and name; they go nowhere else."""
    run_id = plan.run.id
    minutes = plan.provisioning_minutes + (plan.budget.minutes or 0) + MARGIN_MINUTES
    token, sas = callback_token(callback_key, run_id), connected.blobs.sas_url
    connected.guard(token)
    inputs = {name: sas(run_id, name, "r", minutes) for name in plan.inputs}
    outputs = {name: sas(run_id, name, permissions, minutes) for name, permissions in OUTPUTS.items()}
    return {
        ("clone", "CLONE_AUTHORIZATION"): connected.clone_authorization(),
        ("clone", "INPUT_URLS"): json.dumps(inputs),
        ("supervisor", "MODEL_KEY"): model_key,
        ("supervisor", "CALLBACK_TOKEN"): token,
        ("supervisor", "OUTPUT_URLS"): json.dumps(outputs),
    }
