"""The generated secrets of a state folder, put into the emulated vault by its API.

https://learn.microsoft.com/rest/api/keyvault/secrets/set-secret/set-secret
"""

import json
import secrets
import ssl
from dataclasses import asdict, dataclass

import httpx

from emulators import extension, identities, tokens
from emulators.certificates import ensure_certificates
from emulators.model_provider.state import ensure_key
from emulators.platform.plan import REAL_PROVIDER, Plan, agent_file, agents
from emulators.platform.processes import PlatformError
from emulators.ports import KEY_VAULT, MODEL_PROVIDER
from emulators.private_files import write_private

API_VERSION = "7.4"


@dataclass(frozen=True, slots=True)
class Passwords:
    """The random secrets of a state folder; they are never printed or passed as arguments."""

    hook_password: str
    callback_key: str


def passwords(plan: Plan) -> Passwords:
    """Return the passwords of this state folder; they are made on first use, readable only by this user."""
    path = plan.passwords_file
    if path.exists():
        return Passwords(**json.loads(path.read_text()))
    made = Passwords(*(secrets.token_urlsafe(32) for _ in range(2)))
    write_private(path, json.dumps(asdict(made), indent=2))
    return made


def vault_secrets(plan: Plan, made: Passwords) -> dict[str, str]:
    """Return what the vault holds, by name: the app's own secrets and every agent's model key."""
    scripted = ensure_key(plan.folder(MODEL_PROVIDER.name))
    described = [agent_file(name) for name in agents()]
    keys = {
        str(agent["secret"]): plan.model_key if agent["provider"] == REAL_PROVIDER else None
        for agent in described
    }
    own = {
        "hook-password": made.hook_password,
        "callback-key": made.callback_key,
        "extension-key": extension.ensure_key(plan.state),
    }
    return {**{name: key or scripted for name, key in keys.items()}, **own}


def fill_vault(plan: Plan, made: Passwords) -> None:
    """Put the secrets into the vault; raises `PlatformError` when the vault refuses one."""
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
                raise PlatformError(f"key_vault refused the secret {name}: HTTP {answer.status_code}.")
