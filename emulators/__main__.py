"""Start the whole platform: Azurite and the six emulators, and the app with its settings.

    python -m emulators [--state .local] [--base-port 7071] [--app DIR]

Ctrl-C (or SIGTERM) ends all of it.
"""

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from emulators.platform.endings import ends_on_signals
from emulators.platform.plan import Plan, real_model_key
from emulators.platform.processes import ROOT, PlatformError
from emulators.platform.running import Platform, running
from emulators.ports import AZURITE, DEFAULT_BASE_PORT, OURS, base_port

LOOK_SECONDS = 0.2


def plan_of(argv: Sequence[str] | None = None) -> Plan:
    """Return what the command line asks for; exits 2 when it is wrong."""
    parser = argparse.ArgumentParser(
        prog="python -m emulators", description="Start the whole local platform."
    )
    parser.add_argument("--state", type=Path, default=Path(".local"), help="folder for state (.local)")
    parser.add_argument(
        "--base-port", type=base_port, default=DEFAULT_BASE_PORT, help="the first port (7071)"
    )
    parser.add_argument("--app", type=Path, default=ROOT, help="folder of the function app (this repository)")
    parser.add_argument(
        "--model", choices=("scripted", "real"), default="scripted", help="who answers the agent"
    )
    parsed = parser.parse_args(argv)
    key = real_model_key() if parsed.model == "real" else None
    if parsed.model == "real" and key is None:
        parser.error("--model real needs a key in the environment variable ANTHROPIC_API_KEY")
    return Plan(parsed.state.absolute(), parsed.base_port, parsed.app.absolute(), model_key=key)


def show(platform: Platform, seconds: float) -> None:
    """Print the address of every program, and where the rest lies."""
    for emulator in (*OURS, *AZURITE):
        print(f"{emulator.name:24} {platform.url(emulator)}")
    plan = platform.plan
    print(f"{'state and logs':24} {plan.state}\n{'keys of the app':24} {plan.keys_file}")
    print(f"The platform is ready ({seconds:.1f} s). Ctrl-C ends it.", flush=True)


def watch(platform: Platform) -> None:
    """Return never; raises `PlatformError` as soon as one program has ended by itself."""
    while True:
        platform.check()
        time.sleep(LOOK_SECONDS)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the platform until it is told to end; returns the exit code."""
    plan, start = plan_of(argv), time.monotonic()
    try:
        with ends_on_signals(), running(plan) as platform:
            show(platform, time.monotonic() - start)
            watch(platform)
    except KeyboardInterrupt:
        print("The platform has ended.")
    except PlatformError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
