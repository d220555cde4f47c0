"""The bridge: the extension asks for a function with a POST of its trigger's payload to `/<function>`.

The answer is JSON, `{"Ok": true, "Value": "<JSON text>"}` or `{"Ok": false, "Message", "Stack"}`.
On Azure the host and the worker exchange the same payloads over gRPC:
https://github.com/Azure/azure-functions-language-worker-protobuf
"""

import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import azure.functions as func
from aiohttp import web

from emulators.functions_host.worker.activities import decoded, encoded, failure
from emulators.functions_host.worker.invocations import Invoker
from emulators.functions_host.worker.loader import Function

ORCHESTRATION, ACTIVITY = "orchestration", "activity"
MAX_BODY = 1 << 30


class Bridge:
    """Serves the app's orchestrators and activities, by the names that orchestrations use."""

    def __init__(
        self, orchestrators: Mapping[str, Function], activities: Mapping[str, Function], invoker: Invoker
    ) -> None:
        self._orchestrators, self._activities, self._invoker = orchestrators, activities, invoker

    @property
    def functions(self) -> str:
        """The functions as the program's setting lists them: `name:kind`, separated by commas."""
        named = [f"{name}:{ORCHESTRATION}" for name in self._orchestrators]
        return ",".join([*named, *(f"{name}:{ACTIVITY}" for name in self._activities)])

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[str]:
        """Serve on a loopback port under a secret path, and yield the address."""
        path = f"/{secrets.token_urlsafe(16)}/"
        app = web.Application(client_max_size=MAX_BODY)
        app.router.add_post(f"{path}{{name}}", self._answer)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            yield f"http://127.0.0.1:{runner.addresses[0][1]}{path}"
        finally:
            await runner.cleanup()

    async def _answer(self, request: web.Request) -> web.Response:
        name, payload = request.match_info["name"], await request.text()
        try:
            value = await self._run(name, payload)
        except Exception as error:  # whatever a function raises is an answer
            message, stack = failure(error)
            return web.json_response({"Ok": False, "Message": message, "Stack": stack})
        return web.json_response({"Ok": True, "Value": value})

    async def _run(self, name: str, payload: str) -> str:
        """Run a function; returns an orchestrator's state, or an activity's result, as JSON."""
        orchestrator = self._orchestrators.get(name)
        if orchestrator is not None:
            context = func.OrchestrationContext(payload)
            return str(await self._invoker.invoke(orchestrator, {orchestrator.parameter: context}))
        activity = self._activities[name]
        given = {activity.parameter: decoded(payload or None)}
        return encoded(await self._invoker.invoke(activity, given))
