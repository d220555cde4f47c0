"""Starts and stops every emulator in the same way: arguments, printed address, access log, signals.

https://docs.aiohttp.org/en/stable/web_advanced.html#application-runners
"""

import argparse
import asyncio
import logging
import signal
import ssl
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from emulators.certificates import ensure_certificates
from emulators.faults import Faults
from emulators.loopback import local_control
from emulators.port_holder import holder_of
from emulators.ports import DEFAULT_BASE_PORT, Emulator, any_port, base_port

MAX_BODY_BYTES = 5 << 30  # a push may have 5 GB: https://learn.microsoft.com/azure/devops/repos/git/limits
ACCESS_FORMAT = '%a - - %t "%r" %s %b'  # the Common Log Format, which Azurite writes as well


@dataclass(frozen=True, slots=True)
class Options:
    """The command line: the folder for state, the base port, this program's port, whether to log requests."""

    state: Path
    base_port: int
    port: int
    access_log: bool = False

    def folder(self, name: str) -> Path:
        """Return the folder *name* under the state folder, created if it does not exist."""
        path = self.state / name
        path.mkdir(parents=True, exist_ok=True)
        return path


def new_parser(name: str, purpose: str) -> argparse.ArgumentParser:
    """Return the arguments common to all programs of the platform: the state folder and the base port."""
    arguments = argparse.ArgumentParser(prog=f"python -m emulators.{name}", description=purpose)
    arguments.add_argument("--state", type=Path, default=Path(".local"), help="folder for state (.local)")
    arguments.add_argument(
        "--base-port", type=base_port, default=DEFAULT_BASE_PORT, help="the platform's first port"
    )
    return arguments


def parser(emulator: Emulator, purpose: str) -> argparse.ArgumentParser:
    """Return the arguments common to all emulators; each may add its own."""
    arguments = new_parser(emulator.name, purpose)
    arguments.add_argument(
        "--port", type=any_port, help="this program's port, instead of the base port plus its offset"
    )
    arguments.add_argument("--access-log", action="store_true", help="print each request that was answered")
    return arguments


def options_of(emulator: Emulator, parsed: argparse.Namespace) -> Options:
    """Return the common part of the *parsed* arguments."""
    port = parsed.port if parsed.port is not None else emulator.port(parsed.base_port)
    return Options(parsed.state.absolute(), parsed.base_port, port, parsed.access_log)


def main(
    emulator: Emulator,
    purpose: str,
    build: Callable[[Options], web.Application],
    argv: Sequence[str] | None = None,
) -> None:
    """Parse *argv*, build the application, and serve it until SIGINT or SIGTERM."""
    options = options_of(emulator, parser(emulator, purpose).parse_args(argv))
    run(emulator, options, build(options))


def add_control(app: web.Application) -> None:
    """Add the control routes that every emulator has, and the check that only this machine uses them."""
    app.middlewares.append(local_control)
    Faults().attach(app)


def run(emulator: Emulator, options: Options, app: web.Application) -> None:
    """Serve *app* on the loopback address until SIGINT or SIGTERM; exits 1 when the port is taken."""
    add_control(app)
    context = ensure_certificates(options.state).server_context() if emulator.tls else None
    access_log = _access_log() if options.access_log else None
    runner = web.AppRunner(app, access_log=access_log, access_log_format=ACCESS_FORMAT, shutdown_timeout=1)
    asyncio.run(_serve(emulator, options, runner, context))


def _access_log() -> logging.Logger:
    """Return a logger that prints its messages as they are, whatever the program does with other logs."""
    log = logging.getLogger("emulators.access")
    log.setLevel(logging.INFO)
    log.propagate = False
    log.addHandler(logging.StreamHandler(sys.stdout))
    return log


async def _serve(
    emulator: Emulator, options: Options, runner: web.AppRunner, context: ssl.SSLContext | None
) -> None:
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", options.port, ssl_context=context)
        await site.start()
    except OSError as error:
        await runner.cleanup()
        sys.exit(
            f"{emulator.name} cannot listen on port {options.port}: {error.strerror}; it is used by "
            f"{holder_of(options.port)}. Stop that program, or choose another first port: --base-port PORT."
        )
    port = runner.addresses[0][1]
    print(f"{emulator.name} listening on {'https' if context else 'http'}://127.0.0.1:{port}", flush=True)
    ended = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, ended.set)
    await ended.wait()
    await runner.cleanup()
