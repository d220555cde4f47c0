"""Serve the emulated Azure DevOps: `python -m emulators.azure_devops`.

https://learn.microsoft.com/azure/devops/user-guide/what-is-azure-devops
"""

import argparse
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from aiohttp import web

from emulators import serving
from emulators.azure_devops.core import cross_origin
from emulators.azure_devops.core.services import ExtensionSource, Services
from emulators.azure_devops.core.state import State
from emulators.azure_devops.hooks.delivery import Hooks
from emulators.azure_devops.organization.seeding import seed_identities
from emulators.azure_devops.pages.run_client import AppRuns
from emulators.azure_devops.pipelines.running import TASK, LocalAgent
from emulators.azure_devops.pull_requests.merging import Merging
from emulators.azure_devops.routing import dispatcher
from emulators.azure_devops.storage.git_objects import Objects
from emulators.extension_manifest import DEFAULT_FOLDER
from emulators.ports import AZURE_DEVOPS

PURPOSE = "Azure DevOps: work items, Git, pull requests and service hooks."


def build(
    options: serving.Options,
    runs: AppRuns | None = None,
    extension: ExtensionSource | None = None,
    task: Path | None = None,
) -> web.Application:
    """Return the application for the state folder in *options*; the pages show *runs*, host *extension*.

    Pipelines execute the task that is built in the folder *task*. Without one they are off.
    """
    state = State(options.folder("azure_devops"), options.state)
    seed_identities(state)
    hooks = Hooks(state)
    objects = Objects()
    merging = Merging(state, hooks, objects)
    agent = LocalAgent(state, objects, task)
    services = Services(state, objects, hooks, merging, agent, runs, extension)
    app = web.Application(client_max_size=serving.MAX_BODY_BYTES)
    app.cleanup_ctx.append(_running(services, hooks, merging, agent, f"http://127.0.0.1:{options.port}"))
    app.on_response_prepare.append(cross_origin.add_headers)
    app.router.add_route("*", "/{path:.*}", dispatcher(services))
    return app


def _running(
    services: Services, hooks: Hooks, merging: Merging, agent: LocalAgent, origin: str
) -> Callable[[web.Application], AsyncIterator[None]]:
    async def run(_: web.Application) -> AsyncIterator[None]:
        await hooks.start()
        merging.resume(origin)
        agent.resume()
        yield
        await agent.close()
        await merging.close()
        await hooks.close()
        await services.objects.close()
        services.state.store.close()

    return run


def arguments() -> argparse.ArgumentParser:
    """Return the common arguments, plus the app whose runs the pages show, the extension and the task."""
    parser = serving.parser(AZURE_DEVOPS, PURPOSE)
    parser.add_argument("--app-url", type=loopback_url, help="address of the app whose runs the pages show")
    parser.add_argument(
        "--pipelines",
        action="store_true",
        help="execute the steps of pipelines: scripts, with your rights and without a sandbox",
    )
    parser.add_argument("--task", type=Path, default=TASK, help="folder of the built pipelines task")
    parser.add_argument("--app-keys", type=Path, help="file with the keys of that app")
    parser.add_argument("--extension-files", type=loopback_url, help="origin of the extension's built files")
    parser.add_argument("--extension", type=Path, default=DEFAULT_FOLDER, help="folder of the extension")
    return parser


def loopback_url(text: str) -> str:
    """Return *text* if it is a loopback URL, as keys are sent there; raises `argparse.ArgumentTypeError`."""
    parts = urlsplit(text)
    if parts.scheme != "http" or parts.hostname not in ("127.0.0.1", "localhost"):
        raise argparse.ArgumentTypeError(f"{text!r} does not begin with http://127.0.0.1")
    return text.rstrip("/")


def main(argv: Sequence[str] | None = None) -> None:
    """Serve until SIGINT or SIGTERM; exits 1 when the port is taken."""
    parser = arguments()
    parsed = parser.parse_args(argv)
    if (parsed.app_url is None) != (parsed.app_keys is None):
        parser.error("--app-url and --app-keys must be given together")
    options = serving.options_of(AZURE_DEVOPS, parsed)
    task = parsed.task.absolute() if parsed.pipelines else None
    serving.run(AZURE_DEVOPS, options, build(options, _runs(parsed), _extension(parsed), task))


def _runs(parsed: argparse.Namespace) -> AppRuns | None:
    return AppRuns(parsed.app_url, parsed.app_keys.absolute()) if parsed.app_url else None


def _extension(parsed: argparse.Namespace) -> ExtensionSource | None:
    if parsed.extension_files is None:
        return None
    return ExtensionSource(parsed.extension.absolute(), parsed.extension_files)


if __name__ == "__main__":
    main()
