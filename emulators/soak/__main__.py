"""Start many runs while a seed chooses what goes wrong, and count what must be zero afterwards.

    python -m emulators.soak [--runs 40] [--seconds 80] [--seed 1] [--no-deployment] [--state .local/soak]

The seed chooses what is done and when; how the processes interleave is not reproducible. Exits 1 when
something is not zero, and says which seed to try again.

https://learn.microsoft.com/azure/well-architected/reliability/testing-strategy
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from emulators.functions_host.settings import REDELIVERY_SETTING, WORKER_DEATHS_SETTING
from emulators.platform.console.arguments import add_durable_extension
from emulators.platform.endings import ends_on_signals
from emulators.platform.places import free_base_port
from emulators.platform.plan import MAKE_ON_FREE_PORTS, Plan
from emulators.platform.processes import ROOT, PlatformError
from emulators.platform.running import running
from emulators.platform.sample import create_sample
from emulators.ports import AZURE_DEVOPS, AZURE_RESOURCE_MANAGER
from emulators.soak import report
from emulators.soak.app import SOAK, make_app
from emulators.soak.counts import Count
from emulators.soak.marks import Marks, listening
from emulators.soak.remains import make_old, processes_of, temporary_folders
from emulators.soak.schedule import schedule
from emulators.soak.soak import Soak

SECONDS_PER_RUN, MIN_SECONDS = 2.0, 20.0
SETTLE_SECONDS, SETTLE_SECONDS_PER_RUN = 180.0, 3.0
HOOK_SECONDS_SCALE = 0.001  # Azure DevOps tries again after a second, not after 17 minutes
QUOTAS = ("--per-five-minutes", "--per-hour", "--groups", "--cores")
MANY = "10000"
# Short times, so that what the app waits for passes within the soak.
SETTINGS = {
    "DEFAULT_AGENT": SOAK,
    "POLL_SECONDS": "1",
    "MAX_CONCURRENT_RUNS": "4",
    "MAX_QUEUED_RUNS": MANY,
    "SIGN_IN_MINUTES": "0.5",
    "CAPACITY_MINUTES": "0.5",
    "JANITOR_GRACE_MINUTES": "1",
    WORKER_DEATHS_SETTING: "true",
    REDELIVERY_SETTING: "5",  # on Azure a killed host's activities come back after about a minute
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one soak and print what it counted; returns the exit code, 1 when something is not zero."""
    options = _options(argv)
    print(f"Soak of {options.runs} runs, {options.seconds:g} s of troubles, seed {options.seed}", flush=True)
    try:
        with ends_on_signals(), tempfile.TemporaryDirectory(prefix="soak-") as folder:
            counts = soaked(options, Path(folder), _teller())
    except KeyboardInterrupt:
        return 130
    except PlatformError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"\n{report.table(counts)}")
    if report.is_good(counts):
        print(f"\nEverything is zero with seed {options.seed}.")
        return 0
    print(
        f"\n{report.findings(counts)}\n\nNot everything is zero with seed {options.seed}. "
        f"Again:\n  {_again(options)}"
    )
    print(f"Logs and state are in {options.state}.")
    return 1


def _options(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m emulators.soak", description="Runs in trouble.")
    parser.add_argument("--runs", type=_positive, default=40, help="how many runs are started (40)")
    parser.add_argument("--seconds", type=float, help=f"of troubles ({SECONDS_PER_RUN:g} for each run)")
    parser.add_argument("--seed", type=int, default=1, help="chooses what is done, and when (1)")
    parser.add_argument(
        "--no-deployment", dest="deployment", action="store_false", help="keep the same app all the time"
    )
    parser.add_argument("--state", type=Path, default=ROOT / ".local" / "soak", help="folder for state")
    add_durable_extension(parser)
    options = parser.parse_args(argv)
    if options.seconds is None:
        options.seconds = max(MIN_SECONDS, SECONDS_PER_RUN * options.runs)
    options.state = options.state.absolute()
    return options


def _positive(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and int(text) > 0):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of runs")
    return int(text)


def _again(options: argparse.Namespace) -> str:
    deployment = "" if options.deployment else " DEPLOYMENT=0"
    return f"make soak RUNS={options.runs} SECONDS={options.seconds:g} SEED={options.seed}{deployment}"


def _teller() -> Callable[[str], None]:
    began = time.monotonic()
    return lambda words: print(f"  {time.monotonic() - began:6.1f} s  {words}", flush=True)


def soaked(options: argparse.Namespace, folder: Path, say: Callable[[str], None]) -> list[Count]:
    """Return what a soak with its app and its temporary files in *folder* counted; raises `PlatformError`."""
    marks, temporary = Marks(), folder / "tmp"
    temporary.mkdir()
    with listening(marks) as port, _temporary(temporary):
        plan = soak_plan(options, folder / "app", port)
        counts = _counted(plan, options, marks, temporary, say)
    left = Count("processes left", tuple(processes_of(folder)))
    return [*counts, left, Count("temporary folders left", tuple(temporary_folders(temporary)))]


def soak_plan(options: argparse.Namespace, folder: Path, port: int) -> Plan:
    """Return the plan of a platform whose app is made in *folder*; its agents leave marks at *port*."""
    quotas = [part for name in QUOTAS for part in (name, MANY)]
    images = make_app(folder, port)
    return Plan(
        options.state,
        base_port=free_base_port(),
        app=folder,
        settings=SETTINGS,
        arguments={AZURE_RESOURCE_MANAGER.name: [*quotas, "--images", str(images)]},
        durable_extension=options.durable_extension,
        spelling=MAKE_ON_FREE_PORTS,
    )


def _counted(
    plan: Plan, options: argparse.Namespace, marks: Marks, temporary: Path, say: Callable[[str], None]
) -> list[Count]:
    """Return what was counted while the platform of *plan* was up."""
    with running(plan, fresh=True) as platform:
        soak = Soak(platform, create_sample(platform), marks, options.seed, say)
        soak.access.control(AZURE_DEVOPS, "POST", "switches", {"hookSecondsScale": HOOK_SECONDS_SCALE})
        soak.work(schedule(options.seed, options.runs, options.seconds, deployment=options.deployment))
        say("no more troubles; waiting for all runs to end")
        soak.calm_down(SETTLE_SECONDS + SETTLE_SECONDS_PER_RUN * options.runs)
        make_old(temporary)
        soak.one_more(options.runs)
        items = soak.items()
        say(f"runs: {report.outcomes(items)}")
        return soak.counts(items)


@contextmanager
def _temporary(folder: Path) -> Iterator[None]:
    """Make *folder* the temporary folder of every program that is started inside the block."""
    before = os.environ.get("TMPDIR")
    os.environ["TMPDIR"] = str(folder)
    try:
        yield
    finally:
        os.environ.pop("TMPDIR")
        if before is not None:
            os.environ["TMPDIR"] = before


if __name__ == "__main__":
    sys.exit(main())
