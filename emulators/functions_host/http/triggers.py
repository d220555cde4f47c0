"""HTTP triggers: find the function, check the key, pass it the request, and send its response.

https://learn.microsoft.com/azure/azure-functions/functions-bindings-http-webhook-trigger
"""

import logging
import os
from collections.abc import Iterable
from typing import Any

import azure.functions as func
from aiohttp import web

from emulators.functions_host.http.requests import function_request
from emulators.functions_host.http.routes import Route, Router, compile_template
from emulators.functions_host.keys import Keys, given_key
from emulators.functions_host.settings import DEFAULT_MAX_BODY
from emulators.functions_host.worker.invocations import Invoker
from emulators.functions_host.worker.loader import Function

log = logging.getLogger("host")


def max_body() -> int:
    """Return the maximum size of a request body in bytes.

    https://learn.microsoft.com/azure/azure-functions/functions-app-settings#functions_request_body_size_limit
    """
    return int(os.environ.get("FUNCTIONS_REQUEST_BODY_SIZE_LIMIT", DEFAULT_MAX_BODY))


class HttpOutput(func.Out[Any]):
    """An `out` parameter of an HTTP trigger."""

    def __init__(self) -> None:
        self._value: Any = None

    def set(self, val: Any) -> None:
        """Set the response."""
        self._value = val

    def get(self) -> Any:
        """Return the response, or None."""
        return self._value


class HttpTriggers:
    """The app's HTTP triggers under the route prefix."""

    def __init__(self, functions: Iterable[Function], prefix: str, keys: Keys, invoker: Invoker) -> None:
        """Compile the routes; raises `HostError` for an invalid route template."""
        self._keys, self._invoker = keys, invoker
        self._router = Router([self._route(function, prefix) for function in functions])

    @staticmethod
    def _route(function: Function, prefix: str) -> Route[Function]:
        route = str(function.trigger.get("route") or function.name).strip("/")
        methods = [str(getattr(m, "value", m)).upper() for m in function.trigger.get("methods") or ()]
        return Route(compile_template("/".join(filter(None, [prefix, route]))), frozenset(methods), function)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer a request that none of the host's own routes handles; raises 413 for a body too large."""
        found = self._router.find(request.method, request.rel_url.raw_path.lstrip("/"))
        if found is None:
            return web.Response(status=404)
        function, values = found
        if not self._is_allowed(function, given_key(request.headers, request.query)):
            return web.Response(status=401)
        if (request.content_length or 0) > request.client_max_size:
            raise web.HTTPRequestEntityTooLarge(request.client_max_size, request.content_length or 0)
        return await self._invoke(function, await function_request(request, values))

    def _is_allowed(self, function: Function, given: str) -> bool:
        level = function.trigger.get("authLevel") or "function"
        match str(getattr(level, "value", level)).lower():
            case "anonymous":
                return True
            case "admin":
                return self._keys.opens_admin(given)
            case _:
                return self._keys.opens_function(function.name, given)

    async def _invoke(self, function: Function, request: func.HttpRequest) -> web.Response:
        outputs = {name: HttpOutput() for name in function.outputs}
        try:
            returned = await self._invoker.invoke(function, {function.parameter: request, **outputs})
        except Exception:  # already logged with its traceback by the invoker
            return web.Response(status=500)
        for output in outputs.values():
            returned = output.get() if returned is None else returned
        try:
            return response(returned)
        except Exception:
            log.exception("The response of 'Functions.%s' cannot be sent", function.name)
            return web.Response(status=500)


def response(returned: Any) -> web.Response:
    """Return the HTTP response for a function's return value; raises `TypeError` for an unsupported type."""
    if returned is None:
        return web.Response(status=204)
    if isinstance(returned, str):
        return web.Response(text=returned)
    if not isinstance(returned, func.HttpResponse):
        raise TypeError(f"an HTTP trigger returned {type(returned).__name__}")
    answer = web.Response(status=returned.status_code, body=returned.get_body())
    for name, value in returned.headers.items():
        answer.headers.add(name, value)
    if "Content-Type" not in returned.headers:
        answer.headers["Content-Type"] = f"{returned.mimetype}; charset={returned.charset}"
    return answer
