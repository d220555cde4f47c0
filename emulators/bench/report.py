"""The table that the benchmark prints: each measurement with its aim.

https://docs.python.org/3/library/statistics.html
"""

import os
import platform as machine
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from emulators.bench import aims
from emulators.bench.aims import Aim
from emulators.bench.answers import HOOKS_A_SECOND_ON_EXTENSION, Answers
from emulators.bench.cost import Cost
from emulators.bench.crowd import Crowd
from emulators.bench.durable_extension import HubCost
from emulators.bench.gateway import GatewayOverhead
from emulators.bench.history import Length
from emulators.bench.policy import PolicyTime
from emulators.bench.runs import Comparison


@dataclass(frozen=True, slots=True)
class Row:
    """A measurement: its name, its value, its aim, and whether that is met (None without an aim)."""

    what: str
    value: str
    target: str = ""
    is_met: bool | None = None


def comparison(name: str, compared: Comparison, aim: Aim) -> list[Row]:
    """Return the rows that compare runs with the bare script."""
    ratio = statistics.median(compared.runs) / statistics.median(compared.scripts)
    return [
        Row(f"{name}: POST to pull request", seconds(compared.runs)),
        Row(f"{name}: bare script", seconds(compared.scripts)),
        _judged(aim, ratio, f"{ratio:.2f}"),
    ]


def cost_rows(name: str, cost: Cost) -> list[Row]:
    """Return the rows of what a run costs; *name* says which one."""
    clone = f"{cost.azure_devops:.4g} and {cost.azure_devops_by_containers:.4g} by the clone"
    storage = f"{cost.storage:.4g} and {cost.storage_by_containers:.4g} by the containers"
    return [
        _judged(aims.STORAGE, cost.storage, storage, name),
        _judged(aims.AZURE_DEVOPS, cost.azure_devops, clone, name),
        _judged(aims.RESOURCE_MANAGER, cost.resource_manager, f"{cost.resource_manager:.4g}", name),
        _judged(aims.HISTORY, cost.history_rows, f"{cost.history_rows:.4g}", name),
        _judged(aims.HOST_CPU, cost.host_cpu, f"{cost.host_cpu:.2f} s", name),
        Row(f"{name}: CPU of Azurite", f"{cost.azurite_cpu:.2f} s"),
    ]


def crowd_rows(crowd: Crowd) -> list[Row]:
    """Return the rows of many runs at once, of what each costs, and of the platform's memory."""
    rows = [
        *_makespan(aims.MAKESPAN, crowd),
        *cost_rows(f"one of {crowd.runs}", crowd.cost),
    ]
    for name, (now, most) in sorted(crowd.memory.items()):
        rows.append(Row(f"memory of {name}", f"{now:.0f} MB, at most {most:.0f} MB"))
    return rows


def sleeper_rows(crowd: Crowd) -> list[Row]:
    """Return the rows of many runs that take their time."""
    return _makespan(aims.SLEEPERS, crowd)


def _makespan(aim: Aim, crowd: Crowd) -> list[Row]:
    """Return the rows of how long *crowd* took, which has an aim for one number of runs, and of failures."""
    shown = f"{crowd.seconds:.1f} s, {60 * crowd.runs / crowd.seconds:.0f} runs a minute"
    took = _judged(aim, crowd.seconds, shown)
    if crowd.runs != aims.CROWD:
        took = Row(f"makespan of {crowd.runs} runs", shown)
    return [took, _judged(aims.FAILURES, len(crowd.failures), str(len(crowd.failures)))]


def answer_rows(aim: Aim, held_back: Answers, carried: Answers) -> list[Row]:
    """Return the rows of the app's answers, while runs are held back and while they are carried."""
    return [
        _answered(aim, held_back),
        Row("  the same while runs are carried", _percentiles(carried)),
    ]


def extension_answer_rows(held_back: Answers, carried: Answers) -> list[Row]:
    """Return the rows of the answers to service hooks on the Durable extension, which have no aim."""
    rate = f"{HOOKS_A_SECOND_ON_EXTENSION} a second on the Durable extension"
    return [
        Row(f"  {rate}, run starts held back", _percentiles(held_back)),
        Row("  the same while runs are carried", _percentiles(carried)),
    ]


def _answered(aim: Aim, answers: Answers) -> Row:
    row = _judged(aim, answers.percentile(99) * 1e3, _percentiles(answers))
    return replace(row, is_met=row.is_met and not answers.others)


def _percentiles(answers: Answers) -> str:
    half, most = answers.percentile(50) * 1e3, answers.percentile(99) * 1e3
    others = "".join(f", {number} {what}" for what, number in answers.others.items())
    return f"p50 {half:.1f} ms, p99 {most:.1f} ms of {len(answers.seconds)}{others}"


def hub_rows(cost: HubCost) -> list[Row]:
    """Return the rows of what runs ask of storage on the Durable extension."""
    return [
        _judged(aims.HUB, cost.quiet, f"{cost.quiet:g}", "a quiet run"),
        _judged(aims.HUB, cost.crowd, f"{cost.crowd:.4g}", f"one of {cost.runs}"),
    ]


def looks_rows(requests: float) -> list[Row]:
    """Return the row of what a long run asks of storage on the Durable extension."""
    return [_judged(aims.LOOKS, requests, f"{requests:g}")]


def left_out(part: str) -> list[Row]:
    """Return the row of a part that needs the Durable extension."""
    return [Row(part, "left out: no DURABLE_EXTENSION=<program> was given")]


def import_rows(measured: Sequence[float]) -> list[Row]:
    """Return the row of the cold start."""
    return [_judged(aims.IMPORT, statistics.median(measured), seconds(measured))]


def gateway_rows(added: GatewayOverhead) -> list[Row]:
    """Return the rows of the model gateway."""
    whole = f"{added.straight * 1e3:.1f} ms straight, {added.through * 1e3:.1f} ms through the gateway"
    streamed = (
        f"{added.straight_streamed * 1e3:.1f} ms straight, {added.through_streamed * 1e3:.1f} ms through it"
    )
    milliseconds = added.seconds * 1e3
    return [
        Row("a model call", whole),
        Row("a model call, streamed", streamed),
        _judged(aims.GATEWAY, milliseconds, f"{milliseconds:.2f} ms"),
    ]


def policy_rows(measured: PolicyTime) -> list[Row]:
    """Return the row of the app's checks of a large change."""
    took = f"{measured.seconds:.1f} s, the pack {measured.read:.1f} s of it"
    value = f"{measured.rate:.1f} MB/s  ({measured.bytes / 1e6:.0f} MB in {took})"
    return [Row("policy and secret scan of a change", value)]


def history_rows(lengths: Sequence[Length]) -> list[Row]:
    """Return the rows of the histories; the last says how much longer the run's own has become."""
    rows = [
        Row(
            f"history of a run without callback, {one.looks} looks",
            f"{one.rows} rows, and {one.other_rows} of other orchestrations",
        )
        for one in lengths
    ]
    grown = max(one.rows for one in lengths) - min(one.rows for one in lengths)
    return [*rows, _judged(aims.GROWTH, grown, str(grown))]


def _judged(aim: Aim, value: float, shown: str, name: str = "") -> Row:
    """Return the row of a figure with an aim; *name* says what it is of, where that is not clear."""
    return Row(f"{name}: {aim.what}" if name else aim.what, shown, aim.words, aim.is_met(value))


def seconds(measured: Sequence[float]) -> str:
    """Return the median, minimum and maximum of *measured* seconds."""
    low, high = min(measured), max(measured)
    return f"{statistics.median(measured):.3f} s  ({low:.3f} to {high:.3f}, {len(measured)} times)"


def table(rows: Iterable[Row]) -> str:
    """Return *rows* as an aligned table."""
    rows = list(rows)
    widths = [
        max((len(getattr(row, name)) for row in rows), default=0) for name in ("what", "value", "target")
    ]
    marks = {None: "", True: "met", False: "MISSED"}
    lines = (
        f"  {row.what:{widths[0]}}  {row.value:{widths[1]}}  {row.target:{widths[2]}}  {marks[row.is_met]}"
        for row in rows
    )
    return "\n".join(line.rstrip() for line in lines)


def circumstances() -> str:
    """Return the conditions of the measurements: the machine, and its load."""
    load = os.getloadavg()[0]
    return f"{os.cpu_count()} cores, load {load:.1f}, Python {machine.python_version()}, {machine.system()}"
