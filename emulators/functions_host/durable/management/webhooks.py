"""The HTTP API of Durable Functions, under `/runtime/webhooks/durabletask` with the system key.

Durable clients use the same API without a key, on a separate port that only they know.

Follows `HttpApiHandler` of the extension and
https://learn.microsoft.com/azure/azure-functions/durable/durable-functions-http-api
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from typing import TypeVar

from aiohttp import web

from emulators.functions_host.durable.engine import Engine
from emulators.functions_host.durable.events import TERMINAL, Event, EventType, event
from emulators.functions_host.durable.management.history_view import show_history, show_instance
from emulators.functions_host.durable.management.instance_query import InstanceQuery, flag, parameters
from emulators.functions_host.durable.management.management_urls import ManagementUrls
from emulators.functions_host.durable.rewinding import rewind
from emulators.functions_host.errors import (
    ArgumentError,
    InstanceExistsError,
    InvalidOperationError,
    error_response,
    not_covered,
)
from emulators.functions_host.keys import Keys, given_key

Result = TypeVar("Result")
RETRY_STATUS_SECONDS, RETRY_START_SECONDS = "5", "10"
WENT_WRONG = "Something went wrong while processing your request"


class Webhooks:
    """Answers requests about the task hub."""

    def __init__(self, engine: Engine, keys: Keys, urls: ManagementUrls) -> None:
        self._engine, self._keys, self._urls = engine, keys, urls

    async def public(self, request: web.Request) -> web.StreamResponse:
        """Answer a caller with the system key or the master key; any other caller gets 401."""
        if not self._keys.opens_webhooks(given_key(request.headers, request.query)):
            return web.Response(status=401)
        return await self.answer(request)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Answer a durable client, or a caller whose key has been checked."""
        try:
            return await self._route(request)
        except ArgumentError as error:
            return error_response(400, "One or more of the arguments submitted is incorrect", error)
        except InstanceExistsError as error:
            return error_response(409, str(error))
        except InvalidOperationError as error:
            return error_response(500, WENT_WRONG, error)

    async def _route(self, request: web.Request) -> web.StreamResponse:  # noqa: PLR0911 (one for each route)
        parts = request.match_info["rest"].strip("/").split("/")
        other_hub = self._other_hub(request)
        if other_hub:
            return not_covered(other_hub)
        match request.method, parts:
            case "POST", ["orchestrators", name]:
                return await self._start(request, name, None)
            case "POST", ["orchestrators", name, instance_id]:
                return await self._start(request, name, instance_id)
            case (("GET" | "DELETE"), ["instances"]):
                return await self._many(request)
            case "GET", ["instances", instance_id]:
                return self._status(request, instance_id)
            case "DELETE", ["instances", instance_id]:
                return await self._purge(instance_id)
            case "POST", ["instances", instance_id, operation]:
                return await self._operate(request, instance_id, operation.lower())
            case "POST", ["instances", instance_id, operation, name] if operation.lower() == "raiseevent":
                return await self._raise_event(request, instance_id, name)
            case _, ["entities", *_]:
                return not_covered("entities")
        return web.Response(status=404)

    def _other_hub(self, request: web.Request) -> str:
        """Return the task hub or storage connection that *request* names, "" if it is this host's own."""
        asked = parameters(request.query)
        hub, connection = asked.get("taskhub"), asked.get("connection")
        if hub and hub.lower() != self._urls.hub.lower():
            return f"another task hub ({hub})"
        if connection and connection.lower() != self._urls.connection.lower():
            return f"another storage connection ({connection})"
        return ""

    # -- starting ------------------------------------------------------------------------------------

    async def _start(self, request: web.Request, name: str, instance_id: str | None) -> web.Response:
        if {"timeout", "pollinginterval"} & parameters(request.query).keys():
            return not_covered("creating an instance and waiting for it")
        raw = await request.text()
        try:
            value = json.loads(raw) if raw else None
        except ValueError as error:
            return error_response(500, WENT_WRONG, error)
        input_ = None if value is None else raw
        version = request.query.get("version")
        started = await self._call(lambda: self._engine.hub.start(name, input_, instance_id, version))
        return self._accepted(request, started)

    async def _restart(self, request: web.Request, instance_id: str) -> web.Response:
        new_id = flag(parameters(request.query), "restartWithNewInstanceId", default=True)
        try:
            started = await self._call(lambda: self._engine.hub.restart(instance_id, new_id=new_id))
        except ArgumentError as error:
            return error_response(400, "InstanceId does not match a valid orchestration instance.", error)
        except InstanceExistsError as error:
            return error_response(409, "A non-terminal instance with this instance ID already exists.", error)
        return self._accepted(request, started)

    def _accepted(self, request: web.Request, instance_id: str) -> web.Response:
        links = self._urls.of(instance_id, f"{request.scheme}://{request.host}")
        headers = {"Location": links["statusQueryGetUri"], "Retry-After": RETRY_START_SECONDS}
        return web.json_response(links, status=202, headers=headers)

    # -- reading -------------------------------------------------------------------------------------

    def _status(self, request: web.Request, instance_id: str) -> web.Response:
        instance, asked = self._engine.reader.instance(instance_id), parameters(request.query)
        if instance is None:
            return web.Response(status=404)
        body = show_instance(instance, show_input=flag(asked, "showInput", default=True))
        if flag(asked, "showHistory", default=False):
            stored = self._engine.reader.history(instance_id)
            body["historyEvents"] = show_history(
                stored, show_output=flag(asked, "showHistoryOutput", default=False)
            )
        if instance.status not in TERMINAL:
            headers = {"Location": str(request.url), "Retry-After": RETRY_STATUS_SECONDS}
            return web.json_response(body, status=202, headers=headers)
        as_error = instance.status == "Failed" and flag(
            asked, "returnInternalServerErrorOnFailure", default=False
        )
        return web.json_response(body, status=500 if as_error else 200)

    async def _many(self, request: web.Request) -> web.Response:
        query = InstanceQuery.of(parameters(request.query))
        if request.method == "DELETE":
            if query.created_from is None:
                return web.json_response("Please provide value for 'createdTimeFrom' parameter.", status=400)
            ids = [i.id for i in query.purged(self._engine.reader)]
            deleted = await self._call(lambda: self._engine.hub.purge(ids, living=not query.ended))
            return web.json_response({"instancesDeleted": deleted}) if deleted else web.Response(status=404)
        found, following = query.page(self._engine.reader, request.headers.get("x-ms-continuation-token"))
        body = [show_instance(instance, show_input=query.show_input) for instance in found]
        return web.json_response(body, headers={"x-ms-continuation-token": following})

    # -- changing ------------------------------------------------------------------------------------

    async def _purge(self, instance_id: str) -> web.Response:
        instance = self._engine.reader.instance(instance_id)
        if instance is None:
            return web.Response(status=404)
        if instance.status not in TERMINAL:
            text = (
                f"Only orchestrations in a terminal state can be purged, but the orchestration with "
                f"instance ID {instance_id} has status {instance.status}"
            )
            return web.json_response(text, status=412)
        deleted = await self._call(lambda: self._engine.hub.purge([instance_id]))
        return web.json_response({"instancesDeleted": deleted})

    async def _operate(self, request: web.Request, instance_id: str, operation: str) -> web.Response:
        reason = request.query.get("reason")
        match operation:
            case "terminate":
                return await self._post(instance_id, event(EventType.ExecutionTerminated, Input=reason))
            case "suspend":
                return await self._post(instance_id, event(EventType.ExecutionSuspended, Reason=reason))
            case "resume":
                return await self._post(instance_id, event(EventType.ExecutionResumed, Reason=reason))
            case "restart":
                return await self._restart(request, instance_id)
            case "rewind":
                return await self._rewind(instance_id, reason)
        return web.Response(status=404)

    async def _rewind(self, instance_id: str, reason: str | None) -> web.Response:
        instance = self._engine.reader.instance(instance_id)
        if instance is None:  # the extension writes the dollar sign, too
            return web.json_response(f'No orchestration with instance ID "${instance_id}" found.', status=404)
        if instance.status != "Failed":
            text = (
                f"This orchestration has status {instance.status}, "
                'but only orchestrations in the "Failed" state can be rewound.'
            )
            return web.json_response(text, status=412)
        await self._call(lambda: rewind(self._engine.hub, instance_id, reason))
        return web.Response(status=202)

    async def _raise_event(self, request: web.Request, instance_id: str, name: str) -> web.Response:
        instance = self._engine.reader.instance(instance_id)
        if instance is None or instance.status in TERMINAL:
            return web.Response(status=404 if instance is None else 410)
        if request.content_type != "application/json":
            return error_response(400, "Only application/json request content is supported")
        raw = await request.text()
        try:
            json.loads(raw)
        except ValueError as error:
            return error_response(400, "Invalid JSON content", error)
        return await self._post(instance_id, event(EventType.EventRaised, Name=name, Input=raw))

    async def _post(self, instance_id: str, message: Event) -> web.Response:
        return web.Response(status=await self._call(lambda: self._engine.hub.post(instance_id, message)))

    def _call(self, change: Callable[[], Result]) -> Awaitable[Result]:
        future: Future[Result] = self._engine.call(change)
        return asyncio.wrap_future(future)
