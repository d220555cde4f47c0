"""Faults on demand: `/_control/faults` makes the next matching requests fail the way the real service can.

This is outside the imitated surface; what real services do is in
https://learn.microsoft.com/azure/architecture/best-practices/transient-faults. A fault is JSON:

    {"method": "POST", "path": "regular expression", "times": 2,
     "status": 503, "headers": {"Retry-After": "1"}, "body": "...", "drop": false, "delaySeconds": 0,
     "after": false}

`POST` adds a fault, `GET` lists the remaining ones, `DELETE` removes all. `drop` closes the connection
without an answer; `after` lets the service process the request first, as when its answer is lost on the way.
Like all control routes, these answer only this machine (`emulators/loopback.py`).
"""

import asyncio
import re
from dataclasses import dataclass, field, fields
from typing import Any

from aiohttp import web

CONTROL = "/_control/faults"


@dataclass(slots=True)
class Fault:
    """A fault for the next `times` requests whose method and path match."""

    path: str = ".*"
    method: str | None = None
    times: int = 1
    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    body: str = ""
    drop: bool = False
    after: bool = False
    delay_seconds: float = 0.0

    def matches(self, request: web.Request) -> bool:
        """Whether this fault applies to *request*; the path includes the query string."""
        wanted = self.method is None or self.method.upper() == request.method
        return self.times > 0 and wanted and re.search(self.path, request.path_qs) is not None


def fault_of(body: dict[str, Any]) -> Fault:
    """Return the fault that the JSON *body* describes; raises `ValueError` on an unknown field."""
    named = {"delaySeconds" if one.name == "delay_seconds" else one.name: one.name for one in fields(Fault)}
    unknown = body.keys() - named.keys()
    if unknown:
        raise ValueError(f"unknown field {min(unknown)!r}; fields are {', '.join(named)}")
    return Fault(**{named[key]: value for key, value in body.items()})


class Faults:
    """The faults of one emulator, its aiohttp middleware and its control routes."""

    def __init__(self) -> None:
        self.waiting: list[Fault] = []

    def attach(self, app: web.Application) -> None:
        """Add the middleware and the control routes to *app*."""
        app.middlewares.append(self._middleware)
        app.router.add_route("*", CONTROL, self._control)

    async def _control(self, request: web.Request) -> web.Response:
        if request.method == "DELETE":
            self.waiting.clear()
        elif request.method == "POST":
            try:
                self.waiting.append(fault_of(await request.json()))
            except (AttributeError, TypeError, ValueError) as error:
                return web.json_response({"error": f"not a fault: {error}"}, status=400)
        left = [{"path": f.path, "method": f.method, "times": f.times} for f in self.waiting if f.times > 0]
        return web.json_response({"faults": left})

    def take(self, request: web.Request) -> Fault | None:
        """Return the first fault that applies to *request* and count it as used, or return None."""
        if request.path == CONTROL:
            return None
        fault = next((fault for fault in self.waiting if fault.matches(request)), None)
        if fault is not None:
            fault.times -= 1
        return fault

    @property
    def _middleware(self) -> Any:
        @web.middleware
        async def inject(request: web.Request, handler: Any) -> web.StreamResponse:
            fault = self.take(request)
            if fault is None:
                answer: web.StreamResponse = await handler(request)
                return answer
            return await spoil(fault, request, handler)

        return inject


async def spoil(fault: Fault, request: web.Request, handler: Any) -> web.StreamResponse:
    """Answer *request* as *fault* says."""
    await asyncio.sleep(fault.delay_seconds)
    if fault.after or (fault.status is None and not fault.drop):
        answer: web.StreamResponse = await handler(request)
        if fault.status is None and not fault.drop:
            return answer
    else:
        await request.read()
    if fault.drop and request.transport is not None:
        request.transport.abort()
    headers = {"Content-Type": "application/json", **fault.headers}
    return web.Response(status=fault.status or 500, headers=headers, text=fault.body)
