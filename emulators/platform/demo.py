"""`make demo`: tags a work item, follows the run that its service hook starts, and shows the pull request.

Starts a platform in a fresh folder, fills it with the sample, prints the phases of the run and its result,
and stops everything it started. Exits 0 only if the pull request exists, is linked with the work item both
ways, is reported on the work item, and has a branch with changes.
With `SCENARIO=...` a module of `scenarios/` starts the run in another way.

https://learn.microsoft.com/azure/devops/service-hooks/services/webhooks
"""

import argparse
import signal
import sys
import time
from collections.abc import Sequence
from typing import Any

from emulators.platform.clients.app import App
from emulators.platform.console.addresses import isolation
from emulators.platform.console.arguments import make_parser
from emulators.platform.console.run_result import print_result
from emulators.platform.endings import ends_on_signals
from emulators.platform.extension_pages import try_to_build
from emulators.platform.places import free_base_port
from emulators.platform.plan import (
    MAKE,
    MAKE_ON_FREE_PORTS,
    REAL_PROVIDER,
    Plan,
    agent_file,
    check_installed,
    real_model_key,
)
from emulators.platform.processes import ROOT, PlatformError
from emulators.platform.running import Platform, running
from emulators.platform.sample import TAG, Sample, create_sample
from emulators.platform.scenario import find
from emulators.ports import AZURE_DEVOPS, FUNCTIONS_HOST, base_port

HOOK_SECONDS = 30
SECONDS = {"scripted": 180, "real": 3600}


def main(argv: Sequence[str] | None = None) -> int:
    """Run the demo; returns the exit code."""
    parser = make_parser(
        "demo", "Turn the sample's work item into a linked pull request.", ROOT / ".local" / "demo"
    )
    parser.add_argument("--scenario", default="", help="another way to start the run: a module of scenarios/")
    parser.add_argument("--keep", action="store_true", help="keep the platform up until Ctrl-C")
    parser.add_argument("--base-port", type=base_port, help="the first port; free ones are found without it")
    options = parser.parse_args(argv)
    try:
        scenario = find(options.scenario) if options.scenario else None
        plan = demo_plan(options, options.base_port)
        if scenario is not None:
            plan = scenario.prepare(plan)
        print("Starting the platform ...", flush=True)
        with ends_on_signals(), running(plan, fresh=True) as platform:
            print_places(platform)
            print(f"extension     {try_to_build(plan)}")
            act = scenario.show if scenario is not None else show
            good = act(platform, SECONDS[options.model])
            print(f"\n{farewell(keep=options.keep)}", flush=True)
            if options.keep:
                signal.pause()
    except KeyboardInterrupt:
        print("\nThe demo has ended.")
        return 130
    except PlatformError as error:
        print(error, file=sys.stderr)
        return 1
    return 0 if good else 1


def demo_plan(options: argparse.Namespace, first_port: int | None = None) -> Plan:
    """Return the plan for the *options* of make, on free ports when none are given.

    Raises `PlatformError` when the agent does not exist or cannot use the model on this machine.
    """
    agent, is_real = options.agent, options.model == "real"
    provider = agent_file(agent)["provider"]
    if is_real and provider != REAL_PROVIDER:
        raise PlatformError(
            f"{MAKE.model} is for agents with models of {REAL_PROVIDER}; {agent} uses {provider}."
        )
    key = real_model_key(MAKE, unsafe=options.unsafe) if is_real else None
    check_installed(agent)
    return Plan(
        options.state.absolute(),
        first_port or free_base_port(),
        settings={"DEFAULT_AGENT": agent},
        model_key=key,
        unsafe=options.unsafe,
        durable_extension=options.durable_extension,
        spelling=MAKE if first_port else MAKE_ON_FREE_PORTS,
    )


def farewell(*, keep: bool) -> str:
    """Return the closing message: whether the platform stays up, and how to keep it up."""
    if keep:
        return "The platform stays up and the links above work until you press Ctrl-C."
    return "The platform has stopped, so the links above no longer work. To keep it running: make demo KEEP=1"


def print_places(platform: Platform) -> None:
    """Print the addresses of *platform*, and how it isolates containers."""
    print(f"Azure DevOps  {platform.url(AZURE_DEVOPS)}\nthe app       {platform.url(FUNCTIONS_HOST)}")
    print(f"isolation     {isolation(platform)}", flush=True)


def show(platform: Platform, seconds: float) -> bool:
    """Run the demo on *platform* within *seconds*; returns whether nothing is missing."""
    sample, app = create_sample(platform), App(platform.plan)
    item = sample.work_item
    print(f"work item     {sample.work_item_url}\n              {item['fields']['System.Title']}")
    print(f"Tagging it {TAG!r}; Azure DevOps delivers the service hook ...", flush=True)
    start = time.monotonic()
    sample.person.tag(item["id"], [TAG])
    run = _follow(app, _accepted(platform, app, sample), start, seconds)
    if not run.get("pullRequestId"):
        print(f"No pull request: {run['status']}. {run.get('reason', '')}\n\nThe log:\n{app.log(run['id'])}")
        return False
    return print_result(platform.plan, sample, run)


def _accepted(platform: Platform, app: App, sample: Sample) -> str:
    """Return the id of the run that the service hook started; raises `PlatformError` when there is none."""
    deadline = time.monotonic() + HOOK_SECONDS
    while time.monotonic() < deadline:
        runs = app.runs(workItemId=sample.work_item["id"])
        if runs:
            return str(runs[0]["id"])
        time.sleep(0.05)
    host = platform.process(FUNCTIONS_HOST)
    raise PlatformError(
        f"No run was started within {HOOK_SECONDS} s. The last lines of {host.log}:\n{host.last_lines()}"
    )


def _follow(app: App, run_id: str, start: float, seconds: float) -> dict[str, Any]:
    """Print each phase of the run as it begins, and return the run when it has ended."""
    print(f"run           {app.url}/api/runs/{run_id}\n", flush=True)
    run: dict[str, Any] = {}
    for run in app.follow(run_id, seconds):
        print(f"  {time.monotonic() - start:7.2f} s  {run['status']}", flush=True)
    return run


if __name__ == "__main__":
    sys.exit(main())
