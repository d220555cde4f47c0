"""`POST /api/runs/{id}/callback`: a run's supervisor says that there is something new to look at.

It calls at each change of phase and when it has written its result. The route needs no function key and
ignores the body. The caller authenticates with the run's token, an HMAC of its id under a key in Key Vault.
"""

import asyncio

import azure.durable_functions as df
import azure.functions as func

from activities.parts.orchestrations import hint
from autocoder.clients.connect import clients
from autocoder.models import CallbackAnswer
from autocoder.runs.callback import is_callback_token
from autocoder.settings import settings
from triggers.answers import answer, error, guarded
from triggers.operations import Operation, operation

blueprint = df.Blueprint()

OPERATION = Operation(
    tag="containers",
    answers={202: (CallbackAnswer,)},
    errors={401: ("not_verified",)},
    credentials={"callbackToken": {"type": "http", "scheme": "bearer"}},
    is_internal=True,
)


@operation(OPERATION)
@blueprint.route(route="runs/{id}/callback", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
@blueprint.durable_client_input(client_name="client")
@guarded
async def run_callback(req: func.HttpRequest, client: df.DurableOrchestrationClient) -> func.HttpResponse:
    """Let the run look at what its containers wrote; a repeat gets the same response, even after the end."""
    run_id = req.route_params["id"]
    secret = await asyncio.to_thread(clients().vault.read_secret, settings().callback_key_secret)
    scheme, _, token = req.headers.get("Authorization", "").partition(" ")
    if not secret or scheme.lower() != "bearer" or not is_callback_token(secret, run_id, token):
        return error(401, "not_verified", "The token is missing, or is not the token of this run.")
    await hint(client, run_id)
    return answer(202, CallbackAnswer(status="accepted"))
