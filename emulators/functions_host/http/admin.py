"""The host's own API under `/admin`, with the master key.

https://learn.microsoft.com/azure/azure-functions/functions-manually-run-non-http
"""

import asyncio

from aiohttp import web

from emulators.functions_host.errors import error_response, not_covered
from emulators.functions_host.keys import Keys, given_key
from emulators.functions_host.timers.triggers import Timers
from emulators.functions_host.worker.loader import App

VERSION = "4.0.0"


class Admin:
    """The host's status, and running timer triggers on demand."""

    def __init__(self, app: App, keys: Keys, timers: Timers) -> None:
        self._app, self._keys, self._timers = app, keys, timers
        self._running: set[asyncio.Task[None]] = set()

    def _is_allowed(self, request: web.Request) -> bool:
        return self._keys.opens_admin(given_key(request.headers, request.query))

    async def ping(self, _: web.Request) -> web.Response:
        """Answer 200: the host is up."""
        return web.Response()

    async def status(self, request: web.Request) -> web.Response:
        """Answer the host's state, which is always running."""
        if not self._is_allowed(request):
            return web.Response(status=401)
        return web.json_response({"id": "local", "state": "Running", "version": VERSION})

    async def run(self, request: web.Request) -> web.Response:
        """Run a timer trigger now; the answer is 202 before it ends."""
        if not self._is_allowed(request):
            return web.Response(status=401)
        function = self._app.functions.get(request.match_info["name"])
        if function is None:
            return web.Response(status=404)
        if function.kind != "timerTrigger":
            return not_covered(f"running a function with {function.kind} by the admin API")
        return await self._run_timer(request, function.name)

    async def _run_timer(self, request: web.Request, name: str) -> web.Response:
        if request.content_type != "application/json":
            return web.Response(status=415)
        try:
            body = await request.json()
        except ValueError as error:
            return error_response(400, "Invalid JSON content", error)
        if not isinstance(body, dict):
            return error_response(400, "The body must be a JSON object.")
        task = asyncio.create_task(self._timers.run_once(name))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return web.Response(status=202)

    async def refuse(self, request: web.Request) -> web.Response:
        """Answer 501 for the rest of the real host's admin API."""
        if not self._is_allowed(request):
            return web.Response(status=401)
        return not_covered(f"{request.method} {request.path}")
