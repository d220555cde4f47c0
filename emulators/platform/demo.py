"""`make demo`: a work item is tagged, the service hook is delivered, and a linked pull request comes out.

Starts a platform of its own on a fresh folder, fills it with the sample, shows the run's phases as they
pass and what it left behind, and ends everything it started. Exits 0 only when the pull request exists, is
linked both ways, is reported on the work item, and its branch holds the change.
"""

import argparse
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from emulators.platform.app import App
from emulators.platform.endings import ends_on_signals
from emulators.platform.places import free_base_port
from emulators.platform.plan import (
    REAL_MODEL_KEY,
    REAL_PROVIDER,
    Plan,
    agent_file,
    check_installed,
    real_model_key,
)
from emulators.platform.processes import ROOT, PlatformError
from emulators.platform.running import Platform, running
from emulators.platform.sample import Sample, create_sample
from emulators.platform.story import gather, heading, save_pages, tell
from emulators.ports import AZURE_DEVOPS, FUNCTIONS_HOST

HOOK_SECONDS = 30
SECONDS = {"scripted": 180, "real": 3600}
TAG = "autocoder"


def main(argv: Sequence[str] | None = None) -> int:
    """Run the demo; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="make demo", description="A work item in, a linked pull request out."
    )
    parser.add_argument("--agent", required=True, help="which agent: a folder of containers/")
    parser.add_argument("--model", choices=("scripted", "real"), default="scripted")
    parser.add_argument("--keep", action="store_true", help="keep the platform up until Ctrl-C")
    parser.add_argument("--state", type=Path, default=ROOT / ".local" / "demo")
    options = parser.parse_args(argv)
    try:
        plan = demo_plan(options.state.absolute(), options.agent, options.model)
        with ends_on_signals(), running(plan, fresh=True) as platform:
            good = show(platform, SECONDS[options.model])
            if options.keep:
                print("\nThe platform stays up. Ctrl-C ends it.", flush=True)
                signal.pause()
    except KeyboardInterrupt:
        print("\nThe demo has ended.")
        return 130
    except PlatformError as error:
        print(error, file=sys.stderr)
        return 1
    return 0 if good else 1


def demo_plan(state: Path, agent: str, model: str, base_port: int | None = None) -> Plan:
    """Return a plan, on free ports if none are given; raises `PlatformError` for what is not there."""
    provider = agent_file(agent)["provider"]
    key = real_model_key() if model == "real" else None
    if model == "real" and key is None:
        raise PlatformError(f"MODEL=real needs a key: set {REAL_MODEL_KEY} in the environment and try again.")
    if model == "real" and provider != REAL_PROVIDER:
        raise PlatformError(
            f"MODEL=real is for agents with models of {REAL_PROVIDER}; {agent} uses {provider}."
        )
    check_installed(agent)
    return Plan(state, base_port or free_base_port(), settings={"DEFAULT_AGENT": agent}, model_key=key)


def show(platform: Platform, seconds: float) -> bool:
    """Play the demo on *platform* within *seconds*; returns whether all of it is as it should be."""
    print(f"Azure DevOps  {platform.url(AZURE_DEVOPS)}\nthe app       {platform.url(FUNCTIONS_HOST)}")
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
    return _prove(platform.plan, sample, run)


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


def _prove(plan: Plan, sample: Sample, run: dict[str, Any]) -> bool:
    """Print what *run* left behind, and return whether nothing is missing."""
    evidence = gather(sample.person, sample.git, run)
    tell(evidence, run)
    heading("Pages, as they were")
    for path in save_pages(sample.person, plan.state / "pages", run):
        print(f"  {path}")
    problems = evidence.problems()
    heading(
        "Not as it should be" if problems else "The pull request is there, linked both ways, and reported."
    )
    print("".join(f"  {problem}\n" for problem in problems) + f"  {run['pullRequestUrl']}", flush=True)
    return not problems


if __name__ == "__main__":
    sys.exit(main())
