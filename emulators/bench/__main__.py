"""Measure runs against a bare script, many runs at once, the cold start, and the size of histories.

    python -m emulators.bench [--only PART,PART] [--runs 50] [--state .local/bench]

Every run has its own work item and an agent that only writes one file. Runs and bare scripts alternate on the
same emulators, whose quotas are raised; all settings have their defaults.

https://learn.microsoft.com/azure/azure-functions/durable/durable-functions-perf-and-scale
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from emulators.bench import report
from emulators.bench.agent import make_app
from emulators.bench.azure_devops import add_repository
from emulators.bench.gateway import added_by_gateway
from emulators.bench.history import lengths, settings_without_callback
from emulators.bench.imports import import_seconds
from emulators.bench.policy import check_large_change
from emulators.bench.report import Row
from emulators.bench.repositories import LARGE, SMALL
from emulators.bench.runs import compare, crowd
from emulators.model_provider.state import ensure_key
from emulators.platform.app_settings import app_settings
from emulators.platform.clients.app import App
from emulators.platform.clients.organization import sign_in
from emulators.platform.endings import ends_on_signals
from emulators.platform.places import free_base_port
from emulators.platform.plan import MAKE_ON_FREE_PORTS, Plan
from emulators.platform.processes import ROOT, PlatformError
from emulators.platform.running import Platform, running
from emulators.ports import AZURE_DEVOPS, AZURE_RESOURCE_MANAGER, MODEL_PROVIDER

PARTS = ("import", "policy", "runs", "large", "crowd", "gateway", "history")
TIMES, LARGE_TIMES = 7, 5
QUOTAS = ("--per-five-minutes", "--per-hour", "--groups", "--cores")
MANY = "10000"
T = TypeVar("T")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the measurements and print them; returns the exit code, 0 even if a target is missed."""
    options = _options(argv)
    print(f"Measuring {', '.join(options.only)}   ({report.circumstances()})", flush=True)
    began = time.monotonic()
    try:
        with ends_on_signals(), tempfile.TemporaryDirectory() as folder:
            rows = list(_measured(options, Path(folder)))
    except KeyboardInterrupt:
        return 130
    except PlatformError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"\n{report.table(rows)}\n\n  {time.monotonic() - began:.0f} s in all; {report.circumstances()}")
    return 0


def _options(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m emulators.bench", description="Measure the app.")
    parser.add_argument("--only", type=_parts, default=PARTS, metavar=",".join(PARTS), help="some parts")
    parser.add_argument("--runs", type=int, default=50, help="how many runs are started at once (50)")
    parser.add_argument("--state", type=Path, default=ROOT / ".local" / "bench", help="folder for state")
    return parser.parse_args(argv)


def _parts(text: str) -> tuple[str, ...]:
    given = tuple(text.split(","))
    if not set(given) <= set(PARTS):
        raise argparse.ArgumentTypeError(f"parts are {', '.join(PARTS)}")
    return given


def _measured(options: argparse.Namespace, folder: Path) -> Iterator[Row]:
    """Yield the rows of each part; runs share one platform, except those without a callback."""
    wanted, images = set(options.only), make_app(folder)
    quotas = [part for name in QUOTAS for part in (name, MANY)]
    arguments = {AZURE_RESOURCE_MANAGER.name: [*quotas, "--images", str(images)]}
    state = options.state.absolute()
    plan = Plan(state, app=folder, arguments=arguments, spelling=MAKE_ON_FREE_PORTS)
    if "import" in wanted:
        elsewhere = replace(plan, state=folder / "import")  # a platform locks its folder
        local = (
            elsewhere.trust()
        )  # excluded: local certificate bundles, which are slow to read and not in production
        settings = {name: value for name, value in app_settings(elsewhere).items() if name not in local}
        environment = {"PATH": os.environ["PATH"], **settings}
        yield from report.import_rows(_said("import", import_seconds(environment, TIMES)))
    if "policy" in wanted:
        yield from report.policy_rows(_said("policy", check_large_change(folder)))
    if wanted & {"runs", "large", "crowd", "gateway"}:
        with running(replace(plan, base_port=free_base_port()), fresh=True) as platform:
            yield from _runs(platform, wanted, options.runs)
    if "history" in wanted:
        base_port = free_base_port()
        without = replace(plan, base_port=base_port, settings=settings_without_callback(base_port))
        with running(without, fresh=True) as platform:
            organization = sign_in(platform.url(AZURE_DEVOPS))
            measured = lengths(without, organization, add_repository(organization, SMALL))
            yield from report.history_rows(_said("history", measured))


def _runs(platform: Platform, wanted: set[str], number: int) -> Iterator[Row]:
    app, organization = App(platform.plan), sign_in(platform.url(AZURE_DEVOPS))
    small = add_repository(organization, SMALL)
    if "runs" in wanted:
        compared = _said("runs", compare(app, organization, small, TIMES))
        yield from report.comparison("10 files", compared, *report.RATIOS)
    if "large" in wanted:
        large = add_repository(organization, LARGE)
        compared = _said("large", compare(app, organization, large, LARGE_TIMES))
        yield from report.comparison("5,000 files, 100 MB", compared, *report.LARGE_RATIOS)
    if "crowd" in wanted:
        yield from report.crowd_rows(_said("crowd", crowd(platform, app, organization, small, number)))
    if "gateway" in wanted:
        key = ensure_key(platform.plan.state / MODEL_PROVIDER.name)
        added = added_by_gateway(platform.url(MODEL_PROVIDER), key)
        yield from report.gateway_rows(_said("gateway", added))


def _said(part: str, measured: T) -> T:
    """Print *measured* and return it."""
    print(f"  {part}: {measured}", flush=True)
    return measured


if __name__ == "__main__":
    sys.exit(main())
