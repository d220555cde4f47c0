"""`python -m emulators.azure_resource_manager`: container groups over TLS, as processes of this machine.

https://learn.microsoft.com/azure/container-instances/container-instances-overview
"""

import argparse
import uuid
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from aiohttp import web

from emulators import ports, tokens
from emulators.azure_resource_manager.container_groups.responses import (
    ContainerGroups,
    resource_manager_answers,
)
from emulators.azure_resource_manager.control.responses import Control
from emulators.azure_resource_manager.isolation.addresses import LoopbackPorts
from emulators.azure_resource_manager.isolation.images import Images
from emulators.azure_resource_manager.isolation.launch import Isolation
from emulators.azure_resource_manager.isolation.plain import PlainProcesses
from emulators.azure_resource_manager.isolation.sandbox import find_sandbox
from emulators.azure_resource_manager.lifecycle.limits import Limits
from emulators.azure_resource_manager.lifecycle.platform import Platform
from emulators.azure_resource_manager.lifecycle.state import State
from emulators.azure_resource_manager.urls import routes
from emulators.certificates import ensure_certificates
from emulators.serving import Options, options_of, parser, run

PURPOSE = "Azure Container Instances, on this machine."


def arguments() -> argparse.ArgumentParser:
    """Return the common arguments, and those of this emulator."""
    allowed = Limits()
    made = parser(ports.AZURE_RESOURCE_MANAGER, PURPOSE)
    made.add_argument(
        "--images", type=Path, help="a file with additional images, which override those of images.toml"
    )
    made.add_argument("--start-delay", type=float, default=0.0, help="seconds that a group is Pending (0)")
    made.add_argument(
        "--isolation",
        choices=("auto", "bubblewrap", "none"),
        default="auto",
        help="how containers run: in bubblewrap, as plain processes, or in bubblewrap if it works (auto)",
    )
    made.add_argument("--per-five-minutes", type=int, default=allowed.per_five_minutes)
    made.add_argument("--per-hour", type=int, default=allowed.per_hour)
    made.add_argument("--groups", type=int, default=allowed.groups, help="quota of groups in a region")
    made.add_argument("--cores", type=int, default=allowed.cores, help="quota of cores in a region")
    return made


def build(options: Options, parsed: argparse.Namespace) -> web.Application:
    """Return the emulator for the *parsed* command line, with its state under the folder of *options*."""
    tokens.signing_key(options.state)
    folder = options.folder("azure_resource_manager")
    folder.chmod(0o700)
    certificates = ensure_certificates(options.state)
    platform = Platform(
        isolation=isolation_of(parsed.isolation, folder),
        images=Images(certificates, parsed.images),
        ports=LoopbackPorts(),
        folder=folder / "groups",
    )
    print(f"isolation: {platform.isolation.name}", flush=True)
    limits = Limits(parsed.groups, parsed.cores, parsed.per_five_minutes, parsed.per_hour)
    state = State(platform, parsed.start_delay, limits)

    async def lifetime(_: web.Application) -> AsyncIterator[None]:
        state.open()
        yield
        await state.close()

    app = web.Application(middlewares=[resource_manager_answers])
    app.cleanup_ctx.append(lifetime)
    app.add_routes(routes(ContainerGroups(options.state, state)))
    app.add_routes(Control(state).routes())
    return app


def isolation_of(wanted: str, folder: Path) -> Isolation:
    """Return how containers run; raises `SystemExit` when bubblewrap is required and does not work here."""
    accounts = folder / "accounts"
    accounts.mkdir(exist_ok=True)
    sandbox = find_sandbox(accounts) if wanted != "none" else None
    if sandbox is not None:
        return sandbox
    if wanted == "bubblewrap":
        raise SystemExit(
            "azure_resource_manager: bubblewrap is not installed or does not work on this machine"
        )
    return PlainProcesses(folder, uuid.uuid4().hex)


def main(argv: Sequence[str] | None = None) -> None:
    """Parse *argv* and serve until SIGINT or SIGTERM."""
    parsed = arguments().parse_args(argv)
    options = options_of(ports.AZURE_RESOURCE_MANAGER, parsed)
    run(ports.AZURE_RESOURCE_MANAGER, options, build(options, parsed))


if __name__ == "__main__":
    main()
