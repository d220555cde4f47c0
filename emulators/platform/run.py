"""`make run`: keeps the platform running with the sample in it, and prints each step of each run.

https://learn.microsoft.com/azure/azure-functions/functions-run-local
"""

import sys
import time
from collections.abc import Sequence

from emulators.platform.clients.app import App
from emulators.platform.console.addresses import print_addresses
from emulators.platform.console.arguments import add_pipelines, make_parser
from emulators.platform.console.run_steps import RunSteps
from emulators.platform.console.start_commands import print_start_commands
from emulators.platform.demo import demo_plan
from emulators.platform.endings import ends_on_signals
from emulators.platform.extension_pages import try_to_build
from emulators.platform.processes import ROOT, PlatformError
from emulators.platform.running import Platform, running
from emulators.platform.sample import create_sample
from emulators.ports import DEFAULT_BASE_PORT, base_port

POLL_SECONDS = 0.5


def main(argv: Sequence[str] | None = None) -> int:
    """Run the platform until SIGINT or SIGTERM; returns the exit code."""
    parser = make_parser("run", "Keep the platform running, with the sample in it.", ROOT / ".local")
    parser.add_argument("--base-port", type=base_port, default=DEFAULT_BASE_PORT, help="the first port")
    add_pipelines(parser)
    options = parser.parse_args(argv)
    start = time.monotonic()
    try:
        plan = demo_plan(options, options.base_port)
        plan = plan.with_pipelines() if options.pipelines else plan
        print("Starting the platform ...", flush=True)
        with ends_on_signals(), running(plan) as platform:
            print_addresses(platform, try_to_build(plan), start)
            print_start_commands(platform, create_sample(platform))
            follow(platform)
    except KeyboardInterrupt:
        print("\nThe platform has ended.")
    except PlatformError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def follow(platform: Platform) -> None:
    """Print the steps of runs until interrupted; raises `PlatformError` when a program has ended."""
    steps = RunSteps(App(platform.plan))
    while True:
        platform.check()
        steps.print_new()
        time.sleep(POLL_SECONDS)


if __name__ == "__main__":
    sys.exit(main())
