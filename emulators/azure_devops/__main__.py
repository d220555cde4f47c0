"""Run the stand-in: `python -m emulators.azure_devops`."""

from collections.abc import AsyncIterator, Callable

from aiohttp import web

from emulators import serving
from emulators.azure_devops.calls import Services
from emulators.azure_devops.git_objects import Objects
from emulators.azure_devops.hooks import Hooks
from emulators.azure_devops.merging import Merging
from emulators.azure_devops.routing import dispatcher
from emulators.azure_devops.seeding import seed_identities
from emulators.azure_devops.state import State
from emulators.ports import AZURE_DEVOPS


def build(options: serving.Options) -> web.Application:
    """Return the application over the state under *options*."""
    state = State(options.folder("azure_devops"), options.state)
    seed_identities(state)
    hooks = Hooks(state)
    objects = Objects()
    services = Services(state, objects, hooks, Merging(state, hooks, objects))
    app = web.Application(client_max_size=serving.MAX_BODY_BYTES)
    app.cleanup_ctx.append(_running(services, f"http://127.0.0.1:{options.port}"))
    app.router.add_route("*", "/{path:.*}", dispatcher(services))
    return app


def _running(services: Services, origin: str) -> Callable[[web.Application], AsyncIterator[None]]:
    async def run(_: web.Application) -> AsyncIterator[None]:
        await services.hooks.start()
        services.merging.resume(origin)
        yield
        await services.merging.close()
        await services.hooks.close()
        await services.objects.close()
        services.state.store.close()

    return run


if __name__ == "__main__":
    serving.main(AZURE_DEVOPS, "Azure DevOps: work items, Git, pull requests and service hooks.", build)
