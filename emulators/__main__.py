"""Start the whole platform: Azurite, and the seven emulators, one of which serves the app.

    python -m emulators [--state .local] [--base-port 7071] [--app DIR]

Ctrl-C (or SIGTERM) stops everything.

https://learn.microsoft.com/azure/azure-functions/functions-develop-local
"""

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from emulators.platform.console.addresses import print_addresses
from emulators.platform.console.arguments import add_durable_extension, add_model, add_pipelines
from emulators.platform.endings import ends_on_signals
from emulators.platform.extension_pages import try_to_build
from emulators.platform.plan import FLAGS, Plan, real_model_key
from emulators.platform.processes import ROOT, PlatformError
from emulators.platform.running import running
from emulators.ports import DEFAULT_BASE_PORT, base_port

POLL_SECONDS = 0.2


def plan_of(argv: Sequence[str] | None = None) -> Plan:
    """Return the plan that the command line describes; exits with code 2 when it is wrong.

    Raises `PlatformError` when a real model is requested but cannot be used on this machine.
    """
    parser = argparse.ArgumentParser(
        prog="python -m emulators", description="Start the whole local platform."
    )
    parser.add_argument("--state", type=Path, default=Path(".local"), help="folder for state (.local)")
    parser.add_argument(
        "--base-port", type=base_port, default=DEFAULT_BASE_PORT, help="the first port (7071)"
    )
    parser.add_argument("--app", type=Path, default=ROOT, help="folder of the function app (this repository)")
    add_model(parser)
    add_pipelines(parser)
    add_durable_extension(parser)
    parsed = parser.parse_args(argv)
    key = real_model_key(FLAGS, unsafe=parsed.unsafe) if parsed.model == "real" else None
    app, state = parsed.app.absolute(), parsed.state.absolute()
    plan = Plan(
        state,
        parsed.base_port,
        app,
        model_key=key,
        unsafe=parsed.unsafe,
        durable_extension=parsed.durable_extension,
    )
    return plan.with_pipelines() if parsed.pipelines else plan


def main(argv: Sequence[str] | None = None) -> int:
    """Run the platform until SIGINT or SIGTERM; returns the exit code."""
    start = time.monotonic()
    try:
        plan = plan_of(argv)
        with ends_on_signals(), running(plan) as platform:
            print_addresses(platform, try_to_build(plan), start)
            while True:
                platform.check()
                time.sleep(POLL_SECONDS)
    except KeyboardInterrupt:
        print("The platform has ended.")
    except PlatformError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
