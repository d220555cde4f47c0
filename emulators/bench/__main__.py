"""Measure runs beside a bare script, what each costs, many runs at once, answers, and the cold start.

    python -m emulators.bench [--only PART,PART] [--runs 100] [--state .local/bench]

Every run has its own work item and an agent that only writes one file. Runs and bare scripts alternate on the
same emulators, whose quotas are raised; settings have their defaults unless a part needs others.

https://learn.microsoft.com/azure/azure-functions/durable/durable-functions-perf-and-scale
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TypeVar

from emulators.bench import aims, answers, report
from emulators.bench.agent import SLEEPER, make_app
from emulators.bench.aims import CROWD, DEFAULT_PARTS, PARTS
from emulators.bench.answers import Answers, Message
from emulators.bench.azure_devops import add_repository
from emulators.bench.counting.access_logs import LOGGED
from emulators.bench.crowd import Place, crowd, quiet_cost
from emulators.bench.durable_extension import Workplace, hub_cost, requests_of_looks
from emulators.bench.gateway import added_by_gateway
from emulators.bench.history import lengths, settings_without_callback
from emulators.bench.imports import import_seconds
from emulators.bench.policy import check_large_change
from emulators.bench.report import Row
from emulators.bench.repositories import LARGE, SMALL
from emulators.bench.runs import compare
from emulators.model_provider.state import ensure_key
from emulators.platform.app_settings import app_settings
from emulators.platform.clients.organization import sign_in
from emulators.platform.console.arguments import add_durable_extension
from emulators.platform.endings import ends_on_signals
from emulators.platform.places import free_base_port
from emulators.platform.plan import MAKE_ON_FREE_PORTS, Plan
from emulators.platform.processes import ROOT, PlatformError
from emulators.platform.running import running
from emulators.ports import AZURE_DEVOPS, AZURE_RESOURCE_MANAGER, DEFAULT_BASE_PORT, MODEL_PROVIDER

TIMES, LARGE_TIMES, QUIET_TIMES = 7, 5, 15
QUOTAS = ("--per-five-minutes", "--per-hour", "--groups", "--cores")
MANY = "10000"
T = TypeVar("T")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the measurements and print them; returns the exit code, 0 even if an aim is missed."""
    options = _options(argv)
    print(f"Measuring {', '.join(options.only)}   ({report.circumstances()})", flush=True)
    began, rows, code = time.monotonic(), list[Row](), 0
    try:
        with ends_on_signals(), tempfile.TemporaryDirectory() as folder:
            rows.extend(_measured(options, Path(folder)))
    except KeyboardInterrupt:
        return 130
    except PlatformError as error:
        print(error, file=sys.stderr)
        code = 1
    print(f"\n{report.table(rows)}\n\n  {time.monotonic() - began:.0f} s in all; {report.circumstances()}")
    return code


def _options(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m emulators.bench", description="Measure the app.")
    parser.add_argument(
        "--only", type=_parts, default=DEFAULT_PARTS, metavar=",".join(PARTS), help="some parts"
    )
    parser.add_argument(
        "--runs", type=int, default=CROWD, help=f"how many runs are started at once ({CROWD})"
    )
    add_durable_extension(parser)
    parser.add_argument("--state", type=Path, default=ROOT / ".local" / "bench", help="folder for state")
    return parser.parse_args(argv)


def _parts(text: str) -> tuple[str, ...]:
    given = tuple(text.split(","))
    if not set(given) <= set(PARTS):
        raise argparse.ArgumentTypeError(f"parts are {', '.join(PARTS)}")
    return given


def _measured(options: argparse.Namespace, folder: Path) -> Iterator[Row]:
    """Yield the rows of each part; parts whose app has other settings have a platform of their own."""
    wanted, plan = set(options.only), _plan(options.state.absolute(), folder)
    if "import" in wanted:
        yield from report.import_rows(_said("import", import_seconds(_import_settings(plan, folder), TIMES)))
    if "policy" in wanted:
        yield from report.policy_rows(_said("policy", check_large_change(folder)))
    if wanted & {"runs", "large", "quiet", "crowd", "gateway"}:
        with _place(plan) as place:
            yield from _runs(place, wanted, options.runs)
    if "sleepers" in wanted:
        with _place(plan, MAX_CONCURRENT_RUNS=str(CROWD)) as place:
            yield from report.sleeper_rows(_said("sleepers", crowd(place, CROWD, SLEEPER)))
    if "answers" in wanted:
        yield from report.answer_rows(aims.HOOKS, *_answers(plan, answers.deliveries))
        yield from _answers_on_extension(_extended(plan, options))
        yield from report.answer_rows(aims.REQUESTS, *_answers(plan, answers.requests))
    if wanted & {"durable", "looks"}:
        yield from _durable(_extended(plan, options), wanted, options.runs)
    if "history" in wanted:
        base_port = free_base_port()
        with _place(replace(plan, base_port=base_port), **settings_without_callback(base_port)) as place:
            yield from report.history_rows(_said("history", lengths(place)))


def _plan(state: Path, folder: Path) -> Plan:
    """Return the plan of every platform, with an app in *folder*."""
    quotas = [part for name in QUOTAS for part in (name, MANY)]
    arguments = {AZURE_RESOURCE_MANAGER.name: [*quotas, "--images", str(make_app(folder))]}
    return Plan(state, app=folder, arguments=arguments, access_logs=LOGGED, spelling=MAKE_ON_FREE_PORTS)


def _extended(plan: Plan, options: argparse.Namespace) -> Plan:
    """Return *plan* on the Durable extension, if its program was given."""
    return replace(plan, durable_extension=options.durable_extension)


def _answers_on_extension(plan: Plan) -> Iterable[Row]:
    """Return the rows of the answers to hooks on the Durable extension, or that they were left out."""
    if plan.durable_extension is None:
        return report.left_out("  service hooks on the Durable extension")
    fewer = partial(answers.deliveries, a_second=answers.HOOKS_A_SECOND_ON_EXTENSION)
    return report.extension_answer_rows(*_answers(plan, fewer))


def _answers(plan: Plan, make: Callable[[Place], list[Message]]) -> Iterator[Answers]:
    """Yield the answers to the messages that *make* makes, with runs held back and with runs carried."""
    with _place(plan, **answers.settings(MAX_CONCURRENT_RUNS="1")) as place:
        messages = make(place)
        answers.hold_runs_back(place)
        yield answers.answers(place, messages)
    with _place(plan, **answers.settings()) as place:
        yield answers.answers(place, make(place))


def _durable(plan: Plan, wanted: set[str], number: int) -> Iterator[Row]:
    """Yield the rows of the parts on the Durable extension, or that they were left out."""
    if plan.durable_extension is None:
        for part in sorted(wanted & {"durable", "looks"}):
            yield from report.left_out(part)
        return
    with running(replace(plan, base_port=free_base_port()), fresh=True) as platform:
        organization = sign_in(platform.url(AZURE_DEVOPS))
        place = Workplace(platform.plan, organization, add_repository(organization, SMALL))
        if "durable" in wanted:
            yield from report.hub_rows(_said("durable", hub_cost(place, number)))
        if "looks" in wanted:
            yield from report.looks_rows(_said("looks", requests_of_looks(place)))


@contextmanager
def _place(plan: Plan, **settings: str) -> Iterator[Place]:
    """Run a platform of *plan* with *settings* on free ports, with a small repository."""
    base_port = plan.base_port if plan.base_port != DEFAULT_BASE_PORT else free_base_port()
    with running(replace(plan, base_port=base_port, settings=settings), fresh=True) as platform:
        yield Place(platform)


def _import_settings(plan: Plan, folder: Path) -> dict[str, str]:
    """Return the environment of an import: without local certificate bundles, which are slow to read."""
    elsewhere = replace(plan, state=folder / "import")  # a platform locks its folder
    local = elsewhere.trust()
    settings = {name: value for name, value in app_settings(elsewhere).items() if name not in local}
    return {"PATH": os.environ["PATH"], **settings}


def _runs(place: Place, wanted: set[str], number: int) -> Iterator[Row]:
    """Yield the rows of the parts that share a platform whose settings have their defaults."""
    app, organization, platform = place.app, place.organization, place.platform
    if "runs" in wanted:
        compared = _said("runs", compare(app, organization, place.remote, TIMES))
        yield from report.comparison("10 files", compared, aims.RATIO)
    if "large" in wanted:
        large = add_repository(organization, LARGE)
        compared = _said("large", compare(app, organization, large, LARGE_TIMES))
        yield from report.comparison("5,000 files, 100 MB", compared, aims.LARGE_RATIO)
    if "quiet" in wanted:
        yield from report.cost_rows("a quiet run", _said("quiet", quiet_cost(place, QUIET_TIMES)))
    if "crowd" in wanted:
        yield from report.crowd_rows(_said("crowd", crowd(place, number)))
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
