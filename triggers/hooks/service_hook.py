"""`POST /api/hooks/azure-devops`: service hook deliveries of Azure DevOps.

A delivery is verified by its Basic password (Web Hooks have no signature), or by an HMAC-SHA256 of the body
that a gateway may add. A verified delivery always gets a 2xx response, because Azure DevOps disables a
subscription after errors: https://learn.microsoft.com/azure/devops/service-hooks/troubleshoot

The answer waits for one write to the task hub, and for nothing else: not for the app's storage, not for Azure
DevOps, and not for a thread.
"""

import asyncio
import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

import azure.durable_functions as df
import azure.functions as func

from autocoder.agents import agents
from autocoder.clients.connect import clients
from autocoder.clock import now
from autocoder.ids import new_run_id
from autocoder.models import HookAnswer
from autocoder.requests.delivery import Delivery, asked_for
from autocoder.requests.service_hook import RunTrigger, Skip, read_delivery
from autocoder.settings import Settings, settings
from autocoder.shared.json_text import parse_json
from triggers.answers import MAX_BODY_BYTES, answer, error, guarded
from triggers.hooks.hub import start_delivery
from triggers.operations import Operation, operation

blueprint = df.Blueprint()
ROUTE = "hooks/azure-devops"
SIGNATURE = "x-hub-signature-256"
OPERATION = Operation(
    tag="hooks",
    answers={200: (HookAnswer,), 202: (HookAnswer,)},
    errors={401: ("not_verified",)},
    body="json",
    credentials={
        "hookPassword": {"type": "http", "scheme": "basic"},
        "hookSignature": {"type": "apiKey", "in": "header", "name": SIGNATURE},
    },
)


@operation(OPERATION)
@blueprint.route(route=ROUTE, methods=["POST"], auth_level=func.AuthLevel.FUNCTION)
@blueprint.durable_client_input(client_name="client")
@guarded
async def azure_devops_hook(
    req: func.HttpRequest, client: df.DurableOrchestrationClient
) -> func.HttpResponse:
    """Accept a verified delivery; `GET /api/deliveries/{deliveryId}` says what came of it."""
    body = req.get_body()
    if not is_verified(req.headers, body, await _password()):
        message = (
            "The Basic password of the delivery is missing or wrong. Set the subscription's password to the "
            "value of the Key Vault secret that HOOK_PASSWORD_SECRET names."
        )
        return error(401, "not_verified", message)
    trigger = judged(body, settings())
    if isinstance(trigger, Skip):
        return answer(200, HookAnswer(status="skipped", reason=trigger.reason, code=trigger.code))
    await start_delivery(client, Delivery(trigger=trigger, run_id=new_run_id(), received_at=now()))
    return answer(202, HookAnswer(status="accepted", delivery_id=trigger.delivery))


async def _password() -> str | None:
    """Return the hook password; one that was read a short time ago does not wait for a free thread."""
    vault, name = clients().vault, settings().hook_password_secret
    kept = vault.kept(name)
    return kept.value if kept is not None else await asyncio.to_thread(vault.read_secret, name)


def is_verified(headers: Mapping[str, str], body: bytes, password: str | None) -> bool:
    """Whether a delivery has the *password* as its Basic password, or is signed with it."""
    if not password:
        return False
    given = {name.lower(): value for name, value in headers.items()}
    signature = hmac.new(password.encode(), body, hashlib.sha256).hexdigest()
    signed = hmac.compare_digest(given.get(SIGNATURE, "").encode(), f"sha256={signature}".encode())
    return hmac.compare_digest(_basic_password(given.get("authorization", "")), password.encode()) or signed


def _basic_password(header: str) -> bytes:
    """Return the password in a Basic *header*; empty for any other header."""
    scheme, _, value = header.partition(" ")
    if scheme.lower() != "basic":
        return b""
    try:
        return base64.b64decode(value, validate=True).partition(b":")[2]
    except (binascii.Error, ValueError):
        return b""


def judged(body: bytes, settings: Settings) -> RunTrigger | Skip:
    """Return what the *body* of a verified delivery asks for, or why it starts no run as far as it tells.

    No request is made for it: what needs the app's storage is judged by `accept_delivery`.
    """
    if len(body) > MAX_BODY_BYTES:
        return Skip(code="not_usable", reason=f"the body is larger than {MAX_BODY_BYTES:,} bytes")
    try:
        payload: Any = parse_json(body)
    except ValueError:
        return Skip(code="not_usable", reason="the body is not valid JSON")
    trigger = read_delivery(payload, settings.trigger_tags)
    if isinstance(trigger, Skip):
        return trigger
    request = asked_for(trigger, settings, agents(), clients().known_own_id(trigger.organization))
    return request if isinstance(request, Skip) else trigger
