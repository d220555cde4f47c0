"""`/_control/worker-deaths`: the worker dies in a turn; refused unless a setting of the host allows it.

    {"instanceId": "...", "orchestrator": "...", "times": 1}

`POST` adds a death for tests and soaks (an instance or an orchestrator is enough), `GET` lists those that are
still to come, `DELETE` removes them. The real host has no such route; there a worker dies of its memory:
https://learn.microsoft.com/azure/azure-functions/python-memory-profiler-reference
Like all control routes, it answers only this machine (`emulators/loopback.py`).
"""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from aiohttp import web

from emulators.functions_host.durable.engine import Engine
from emulators.functions_host.durable.worker_deaths import death_of
from emulators.functions_host.settings import WORKER_DEATHS_SETTING

Result = TypeVar("Result")
PATH = "/_control/worker-deaths"
REFUSED = f"the setting {WORKER_DEATHS_SETTING} of this host does not allow worker deaths"


class WorkerDeathControl:
    """Answers the control calls; the deaths themselves belong to the engine's thread."""

    def __init__(self, engine: Engine, *, allowed: bool) -> None:
        self._engine, self._allowed = engine, allowed

    async def answer(self, request: web.Request) -> web.Response:
        """Answer the deaths to come after the call; 403 without the setting, 400 for another body."""
        if not self._allowed:
            return web.json_response({"error": REFUSED}, status=403)
        deaths = self._engine.turns.deaths
        if request.method == "DELETE":
            await self._call(deaths.waiting.clear)
        elif request.method == "POST":
            try:
                death = death_of(await request.json())
            except ValueError as error:
                return web.json_response({"error": f"not a worker's death: {error}"}, status=400)
            await self._call(lambda: deaths.waiting.append(death))
        elif request.method != "GET":
            return web.Response(status=405)
        shown = await self._call(lambda: [one.shown() for one in deaths.waiting])
        return web.json_response({"deaths": shown})

    async def _call(self, change: Callable[[], Result]) -> Result:
        return await asyncio.wrap_future(self._engine.call(change))
