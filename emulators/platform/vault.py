"""The secrets of the local platform: made once for each state folder, and put into the vault over its API."""

import json
import os
import secrets
import ssl
from dataclasses import asdict, dataclass

import httpx

from emulators import identities, tokens
from emulators.certificates import ensure_certificates
from emulators.model_provider.state import ensure_key
from emulators.platform.plan import REAL_PROVIDER, Plan, agent_file
from emulators.platform.processes import ROOT, PlatformError
from emulators.ports import KEY_VAULT, MODEL_PROVIDER

API_VERSION = "7.4"


@dataclass(frozen=True, slots=True)
class Passwords:
    """What is random on each machine: never an argument of a process, never printed."""

    hook_password: str
    callback_key: str


def passwords(plan: Plan) -> Passwords:
    """Return the passwords of this state folder, made on first use, for this user alone."""
    path = plan.folder("platform") / "passwords.json"
    if path.exists():
        return Passwords(**json.loads(path.read_text()))
    made = Passwords(*(secrets.token_urlsafe(32) for _ in range(2)))
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(asdict(made), file, indent=2)
    return made


def vault_secrets(plan: Plan, made: Passwords) -> dict[str, str]:
    """Return what the vault holds, by name: the app's own secrets and every agent's model key."""
    scripted = ensure_key(plan.folder(MODEL_PROVIDER.name))
    agents = [agent_file(path.parent.name) for path in (ROOT / "containers").glob("*/agent.toml")]
    keys = {
        str(agent["secret"]): plan.model_key if agent["provider"] == REAL_PROVIDER else None
        for agent in agents
    }
    own = {"hook-password": made.hook_password, "callback-key": made.callback_key}
    return {**{name: key or scripted for name, key in keys.items()}, **own}


def fill_vault(plan: Plan, made: Passwords) -> None:
    """Put the secrets into the vault; raises `PlatformError` when the vault does not take one.

    https://learn.microsoft.com/rest/api/keyvault/secrets/set-secret/set-secret
    """
    token = tokens.mint(plan.state, resource=tokens.VAULT_RESOURCE, client_id=identities.APP.client_id)
    trusted = ssl.create_default_context(cafile=ensure_certificates(plan.state).authority)
    with httpx.Client(
        base_url=KEY_VAULT.url(plan.base_port),
        headers={"Authorization": f"Bearer {token}"},
        params={"api-version": API_VERSION},
        verify=trusted,
        trust_env=False,
    ) as vault:
        for name, value in vault_secrets(plan, made).items():
            answer = vault.put(f"/secrets/{name}", json={"value": value})
            if answer.is_error:
                raise PlatformError(f"key_vault did not take the secret {name}: HTTP {answer.status_code}.")
