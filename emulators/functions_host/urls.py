"""The host as a web application: its routes, and the components that start and stop with it.

The routes of a host:
https://learn.microsoft.com/azure/azure-functions/functions-bindings-http-webhook-trigger
https://learn.microsoft.com/azure/azure-functions/durable/durable-functions-http-api
"""

import asyncio
import logging
import os
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import azure.functions as func
from aiohttp import web

from emulators.functions_host.durable.engine import Engine
from emulators.functions_host.durable.episodes import Orchestrate
from emulators.functions_host.durable.management.management_urls import WEBHOOKS, ManagementUrls
from emulators.functions_host.durable.management.webhooks import Webhooks
from emulators.functions_host.durable.management.worker_death_control import PATH as WORKER_DEATHS
from emulators.functions_host.durable.management.worker_death_control import WorkerDeathControl
from emulators.functions_host.durable.store import claim
from emulators.functions_host.durable_extension.bridge import Bridge
from emulators.functions_host.durable_extension.forwarding import Forwarding
from emulators.functions_host.durable_extension.hub import serving
from emulators.functions_host.durable_extension.program import Program
from emulators.functions_host.host_json import HostSettings
from emulators.functions_host.http import cors
from emulators.functions_host.http.admin import Admin
from emulators.functions_host.http.triggers import HttpTriggers, max_body
from emulators.functions_host.keys import Keys, ensure_keys
from emulators.functions_host.settings import Cors, allows_worker_deaths, redelivery_seconds
from emulators.functions_host.timers.triggers import Timers
from emulators.functions_host.worker.activities import Activities
from emulators.functions_host.worker.invocations import Invoker
from emulators.functions_host.worker.loader import App, Function
from emulators.serving import Options

NAME = "functions_host"
MAX_RPC_BODY = 1 << 30
EXTENSION_LOG = "durable_extension.log"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
log = logging.getLogger("host")


@dataclass(frozen=True, slots=True)
class TaskHub:
    """What keeps the orchestrations: its engine, its HTTP API for callers, and that of durable clients."""

    engine: Engine
    management: Handler
    clients: AbstractAsyncContextManager[str]


@dataclass(frozen=True, slots=True)
class Served:
    """The app that is served, how, and what its parts share."""

    app: App
    settings: HostSettings
    options: Options
    keys: Keys
    urls: ManagementUrls
    invoker: Invoker


def build(
    app: App,
    settings: HostSettings,
    options: Options,
    allowed: Cors | None = None,
    extension: Path | None = None,
) -> web.Application:
    """Return the web application that serves *app*; raises `HostError` when its triggers cannot be served.

    With *extension*, that program of the Durable extension keeps the task hub.
    """
    lock = claim(options.folder(NAME))  # before anything is written there
    keys = ensure_keys(options.folder(NAME) / "keys.json", [one.name for one in app.of("httpTrigger")])
    urls = ManagementUrls(f"http://localhost:{options.port}", settings.hub_name, keys.durable)
    invoker = Invoker(str(app.folder), urls.client_binding)
    served = Served(app, settings, options, keys, urls, invoker)
    hub = _embedded_hub(served) if extension is None else _extension_hub(served, extension)
    timers = Timers(app.of("timerTrigger"), hub.engine, invoker)
    public = web.Application(client_max_size=max_body(), middlewares=[cors.middleware(allowed or Cors())])
    if extension is None:
        _add_worker_deaths(public, hub.engine)
    triggers = HttpTriggers(app.of("httpTrigger"), settings.route_prefix, keys, invoker)
    _add_routes(public, hub.management, Admin(app, keys, timers), triggers)
    public.cleanup_ctx.append(_running(served, hub, timers, lock))
    return public


def _running(
    served: Served, hub: TaskHub, timers: Timers, lock: TextIO
) -> Callable[[web.Application], AsyncIterator[None]]:
    """Return what goes on from the start of the web application to its end, which frees the *lock*."""

    async def running(_: web.Application) -> AsyncIterator[None]:
        served.invoker.loop = asyncio.get_running_loop()
        async with hub.clients as served.urls.rpc:
            hub.engine.start()
            timers.start()
            _announce(served)
            yield
            timers.stop()
        served.invoker.close()
        hub.engine.stop()
        lock.close()

    return running


def _add_worker_deaths(public: web.Application, engine: Engine) -> None:
    deaths = WorkerDeathControl(engine, allowed=allows_worker_deaths(os.environ))
    public.router.add_route("*", WORKER_DEATHS, deaths.answer)


def _embedded_hub(served: Served) -> TaskHub:
    engine = _engine(served)
    webhooks = Webhooks(engine, served.keys, served.urls)
    return TaskHub(engine, webhooks.public, _serving_clients(webhooks))


def _extension_hub(served: Served, extension: Path) -> TaskHub:
    """Return the hub of the extension; an embedded one without functions keeps the schedules of timers."""
    app, name, options = served.app, served.settings.hub_name, served.options
    program = Program(extension, app.folder, name, options.folder("logs") / EXTENSION_LOG)
    bridge = Bridge(_named(app, "orchestration"), _named(app, "activity"), served.invoker)
    engine = Engine(options.folder(NAME) / "schedules.sqlite", {}, lambda *_: False, lambda *_: None)
    return TaskHub(engine, Forwarding(served.keys, served.urls).public, serving(program, bridge))


def _engine(served: Served) -> Engine:
    settings, activities = served.settings, _named(served.app, "activity")
    orchestrators = {name: _orchestrate(f) for name, f in _named(served.app, "orchestration").items()}
    known = {"activity": activities.keys(), "orchestrator": orchestrators.keys()}
    return Engine(
        served.options.folder(NAME) / f"{settings.hub_name}.sqlite",
        orchestrators,
        lambda kind, name: name in known[kind],
        Activities(activities, served.invoker, settings.max_concurrent_activities).start,
        redelivery_seconds=redelivery_seconds(os.environ),
        versioning=settings.versioning,
    )


def _named(app: App, key: str) -> dict[str, Function]:
    """Return the orchestrators or activities of *app*, by the names that orchestrations use."""
    return {str(f.trigger.get(key) or f.name): f for f in app.of(f"{key}Trigger")}


def _orchestrate(function: Function) -> Orchestrate:
    call: Callable[[func.OrchestrationContext], str] = function.call
    return lambda body: call(func.OrchestrationContext(body))


def _add_routes(app: web.Application, management: Handler, admin: Admin, triggers: HttpTriggers) -> None:
    add = app.router.add_route
    add("*", f"{WEBHOOKS}/{{rest:.*}}", management)
    add("GET", "/admin/host/ping", admin.ping)
    add("GET", "/admin/host/status", admin.status)
    add("POST", "/admin/functions/{name}", admin.run)
    add("*", "/admin{rest:(/.*)?}", admin.refuse)
    add("GET", "/", _home)
    add("*", "/{path:.*}", triggers.handle)


async def _home(_: web.Request) -> web.Response:
    return web.Response(text="Your Azure Function App is up and running.")


@asynccontextmanager
async def _serving_clients(webhooks: Webhooks) -> AsyncIterator[str]:
    """Serve the durable clients on a loopback port, without a key, under a secret path; yield the address."""
    path = f"/{secrets.token_urlsafe(16)}/durabletask/"
    rpc = web.Application(client_max_size=MAX_RPC_BODY)
    rpc.router.add_route("*", f"{path}{{rest:.*}}", webhooks.answer)
    runner = web.AppRunner(rpc, access_log=None, shutdown_timeout=0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}{path}"
    await runner.cleanup()


def _announce(served: Served) -> None:
    """Log each function with its trigger, and HTTP triggers with their URL."""
    for function in served.app.functions.values():
        if function.kind != "httpTrigger":
            log.info("%s: %s", function.name, function.kind)
            continue
        methods = ",".join(str(getattr(m, "value", m)) for m in function.trigger.get("methods") or ())
        route = str(function.trigger.get("route") or function.name).strip("/")
        path = "/".join(filter(None, [served.settings.route_prefix, route]))
        log.info("%s: [%s] http://localhost:%s/%s", function.name, methods, served.options.port, path)


def worker_environment(options: Options) -> dict[str, str]:
    """Return the variables that Core Tools set for a local worker."""
    return {
        "AZURE_FUNCTIONS_ENVIRONMENT": "Development",
        "FUNCTIONS_WORKER_RUNTIME": "python",
        "WEBSITE_HOSTNAME": os.environ.get("WEBSITE_HOSTNAME", f"localhost:{options.port}"),
    }
