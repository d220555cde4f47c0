"""`/_control`: adds conversations and failures at run time, and lists the received requests.

These routes are outside the imitated surface.

https://docs.aiohttp.org/en/stable/web_quickstart.html
"""

from aiohttp import web

from emulators.model_provider.dialects.shape import new_id
from emulators.model_provider.responses import STATE
from emulators.model_provider.script.conversations import ConversationError, conversation_of


async def add_conversation(request: web.Request) -> web.Response:
    """Add the conversation in the body with precedence over all others."""
    try:
        body = await request.json()
        conversation = conversation_of(str(body.get("name") or new_id("added-")), body)
    except (ConversationError, ValueError, AttributeError) as error:
        return web.json_response({"error": str(error)}, status=400)
    request.app[STATE].add(conversation)
    return web.json_response({"name": conversation.name, "steps": len(conversation.steps)}, status=201)


async def list_conversations(request: web.Request) -> web.Response:
    """List the conversations in the order in which they are tried."""
    known = [{"name": c.name, "match": c.match} for c in request.app[STATE].conversations]
    return web.json_response({"conversations": known})


async def list_requests(request: web.Request) -> web.Response:
    """List the latest model calls, oldest first; `DELETE` clears them."""
    if request.method == "DELETE":
        request.app[STATE].requests.clear()
    return web.json_response({"requests": list(request.app[STATE].requests)})


async def plan_failures(request: web.Request) -> web.Response:
    """Add a failure of the next generating calls, list those that are left, or remove them."""
    return await request.app[STATE].failures.control(request)
