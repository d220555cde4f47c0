"""`make run`: the platform stays up, with the sample in it, to play with."""

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from emulators.__main__ import show, watch
from emulators.platform.demo import demo_plan
from emulators.platform.endings import ends_on_signals
from emulators.platform.processes import ROOT, PlatformError
from emulators.platform.running import Platform, running
from emulators.platform.sample import create_sample
from emulators.ports import DEFAULT_BASE_PORT, FUNCTIONS_HOST, base_port

PRINTED_KEY = 'python3 -c \'import json,sys; print(json.load(open(sys.argv[1]))["host"]["default"])\''


def main(argv: Sequence[str] | None = None) -> int:
    """Keep the platform up until it is told to end; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="make run", description="Keep the platform up, with the sample in it."
    )
    parser.add_argument("--agent", required=True)
    parser.add_argument("--model", choices=("scripted", "real"), default="scripted")
    parser.add_argument("--state", type=Path, default=ROOT / ".local")
    parser.add_argument("--base-port", type=base_port, default=DEFAULT_BASE_PORT)
    options = parser.parse_args(argv)
    start = time.monotonic()
    try:
        plan = demo_plan(options.state.absolute(), options.agent, options.model, options.base_port)
        with ends_on_signals(), running(plan) as platform:
            show(platform, time.monotonic() - start)
            invite(platform)
            watch(platform)
    except KeyboardInterrupt:
        print("The platform has ended.")
    except PlatformError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def invite(platform: Platform) -> None:
    """Create the sample, and print what to do with it."""
    sample, plan = create_sample(platform), platform.plan
    print(f"\nwork item    {sample.work_item_url}  (tag it 'autocoder' to start a run)")
    print(f"repository   {sample.repository_url}\n\nStart a run by hand:\n")
    print(f'KEY=$({PRINTED_KEY} "{plan.keys_file}")')
    print(f'curl -sS -X POST "{platform.url(FUNCTIONS_HOST)}/api/runs" -H "x-functions-key: $KEY" \\')
    print(
        f"  -H 'Content-Type: application/json' -d '{{\"workItemId\": {sample.work_item['id']}}}'\n",
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main())
