"""Cross-origin requests, as `Host.CORS` of local.settings.json allows them.

https://learn.microsoft.com/azure/azure-functions/functions-develop-local#local-settings-file
"""

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from emulators.functions_host.settings import Cors


def middleware(cors: Cors) -> Middleware:
    """Return the middleware that answers preflights and adds headers for the origins of *cors*."""

    @web.middleware
    async def allow(request: web.Request, handler: Handler) -> web.StreamResponse:
        origin = request.headers.get("Origin")
        if origin is None or not cors.allows(origin):
            return await handler(request)
        method = request.headers.get("Access-Control-Request-Method")
        if request.method == "OPTIONS" and method:
            answer: web.StreamResponse = web.Response(status=204)
            answer.headers["Access-Control-Allow-Methods"] = method
            asked = request.headers.get("Access-Control-Request-Headers")
            if asked:
                answer.headers["Access-Control-Allow-Headers"] = asked
        else:
            answer = await handler(request)
        answer.headers["Access-Control-Allow-Origin"] = origin
        answer.headers.add("Vary", "Origin")
        if cors.credentials:
            answer.headers["Access-Control-Allow-Credentials"] = "true"
        return answer

    return allow
