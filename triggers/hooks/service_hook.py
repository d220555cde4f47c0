"""`POST /api/hooks/azure-devops`: service hook deliveries of Azure DevOps.

A delivery is verified by its Basic password (Web Hooks have no signature), or by an HMAC-SHA256 of the body
that a gateway may add. A verified delivery always gets a 2xx response with the outcome, because Azure DevOps
disables a subscription after errors: https://learn.microsoft.com/azure/devops/service-hooks/troubleshoot
"""

import asyncio
import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from typing import Any, Literal

import azure.durable_functions as df
import azure.functions as func

from autocoder.agents import agents
from autocoder.clients.connect import clients
from autocoder.errors import AutocoderError
from autocoder.ids import key
from autocoder.models import HookAnswer, Requester, RunRequest
from autocoder.requests.run_request import Refusal, read_request
from autocoder.requests.service_hook import RunTrigger, Skip, read_delivery
from autocoder.runs.claims import CHANGE, CONTENT, DELIVERY, Claim
from autocoder.settings import Settings, settings
from autocoder.shared.json_text import parse_json
from triggers.answers import MAX_BODY_BYTES, answer, error, guarded
from triggers.operations import Operation, operation
from triggers.start import Active, Duplicate, QueueFull, StartRequest, StartResult, start_run

blueprint = df.Blueprint()
ROUTE = "hooks/azure-devops"
SIGNATURE = "x-hub-signature-256"
REPEATS = {
    DELIVERY: "this delivery was already accepted",
    CHANGE: "this change of the work item was already accepted",
    CONTENT: "a run was already started for this content",
}
OPTIONS = {"agent": "agentType", "repo": "repository", "model": "model", "template": "template"}
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
    """Start the run that a verified delivery requests, and report the outcome."""
    password = await asyncio.to_thread(clients().vault.read_secret, settings().hook_password_secret)
    body = req.get_body()
    if not is_verified(req.headers, body, password):
        message = (
            "The Basic password of the delivery is missing or wrong. Set the subscription's password to the "
            "value of the Key Vault secret that HOOK_PASSWORD_SECRET names."
        )
        return error(401, "not_verified", message)
    delivery = read_body(body, settings())
    if isinstance(delivery, Skip):
        return _reply("skipped", delivery.reason, code=delivery.code)
    if await asyncio.to_thread(_is_own, delivery):
        return _reply("skipped", "Autocoder does not react to its own changes", code="own_change")
    request = _request(delivery, settings())
    if isinstance(request, Refusal):
        return _reply("skipped", request.message, code=request.code)
    claims = _claims(delivery, request, settings().dedup_window_seconds)
    start = StartRequest(request, claims, may_be_refused=False)  # nobody would ask for it again
    return _outcome(await start_run(client, start))


def _is_own(delivery: RunTrigger) -> bool:
    """Whether the app itself made the change; if that is unknown now, the run checks it later."""
    if (
        delivery.requester_id is None
        or delivery.organization.casefold() != settings().organization.casefold()
    ):
        return False
    try:
        return clients().own_id(delivery.organization) == delivery.requester_id
    except AutocoderError:
        return False


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


def read_body(body: bytes, settings: Settings) -> RunTrigger | Skip:
    """Return the run that the *body* of a verified delivery requests, or why it starts none."""
    if len(body) > MAX_BODY_BYTES:
        return Skip(code="not_usable", reason=f"the body is larger than {MAX_BODY_BYTES:,} bytes")
    try:
        payload: Any = parse_json(body)
    except ValueError:
        return Skip(code="not_usable", reason="the body is not valid JSON")
    return read_delivery(payload, settings.trigger_tags)


def _request(delivery: RunTrigger, settings: Settings) -> RunRequest | Refusal:
    """Return the run request of a delivery, with the options in tags such as `autocoder:agent=<folder>`."""
    wanted = {OPTIONS[name]: value for name, value in delivery.options.items()}
    body = {
        "workItemId": delivery.work_item_id,
        "organization": delivery.organization,
        "project": delivery.project,
        **wanted,
    }
    requester = Requester(
        id=delivery.requester_id,
        name=delivery.requester_name,
        update=delivery.update,
        source="service_hook",
    )
    return read_request(body, settings, agents(), requester)


def _claims(delivery: RunTrigger, request: RunRequest, window: int) -> tuple[Claim, ...]:
    """Return the claims that detect a repeat of this delivery, of its change, or of its content.

    A change may be delivered by several subscriptions, and under several ids: it is one wish of a person.
    """
    named = (request.organization, request.project, request.work_item_id, request.repository)
    subject = (*(str(part).casefold() for part in named), delivery.content)
    return (
        Claim(DELIVERY, delivery.delivery),
        Claim(CHANGE, key(*subject, delivery.update)),
        Claim(CONTENT, key(*subject), window),
    )


def _outcome(start: StartResult) -> func.HttpResponse:
    if isinstance(start, QueueFull):
        raise AssertionError("a delivery is never refused for the length of the queue")
    if isinstance(start, Duplicate):
        return _reply("duplicate", REPEATS[start.kind], run_id=start.run_id)
    if isinstance(start, Active):
        reason = "a run is already in progress; wait for it or cancel it, then set the tag again"
        return _reply("skipped", reason, run_id=start.run_id, code="run_active")
    return _reply("started", "", run_id=start.run_id)


def _reply(
    status: Literal["started", "duplicate", "skipped"],
    reason: str,
    *,
    run_id: str | None = None,
    code: str = "",
) -> func.HttpResponse:
    body = HookAnswer(status=status, reason=reason, code=code, run_id=run_id)
    return answer(202 if status == "started" else 200, body)
