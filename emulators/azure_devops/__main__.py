"""Runs the emulated Azure DevOps: `python -m emulators.azure_devops`.

https://learn.microsoft.com/rest/api/azure/devops
"""

from collections.abc import AsyncIterator, Callable

from aiohttp import web

from emulators import serving
from emulators.azure_devops.core.services import Services
from emulators.azure_devops.core.state import State
from emulators.azure_devops.hooks.delivery import Hooks
from emulators.azure_devops.organization.seeding import seed_identities
from emulators.azure_devops.pull_requests.merging import Merging
from emulators.azure_devops.routing import dispatcher
from emulators.azure_devops.storage.git_objects import Objects
from emulators.ports import AZURE_DEVOPS


def build(options: serving.Options) -> web.Application:
    """Return the application over the state under *options*."""
    state = State(options.folder("azure_devops"), options.state)
    seed_identities(state)
    hooks = Hooks(state)
    objects = Objects()
    merging = Merging(state, hooks, objects)
    services = Services(state, objects, hooks, merging)
    app = web.Application(client_max_size=serving.MAX_BODY_BYTES)
    app.cleanup_ctx.append(_running(services, hooks, merging, f"http://127.0.0.1:{options.port}"))
    app.router.add_route("*", "/{path:.*}", dispatcher(services))
    return app


def _running(
    services: Services, hooks: Hooks, merging: Merging, origin: str
) -> Callable[[web.Application], AsyncIterator[None]]:
    async def run(_: web.Application) -> AsyncIterator[None]:
        await hooks.start()
        merging.resume(origin)
        yield
        await merging.close()
        await hooks.close()
        await services.objects.close()
        services.state.store.close()

    return run


if __name__ == "__main__":
    serving.main(AZURE_DEVOPS, "Azure DevOps: work items, Git, pull requests and service hooks.", build)
