"""The table that the benchmark prints: each measurement with its target.

https://docs.python.org/3/library/statistics.html
"""

import os
import platform as machine
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from emulators.bench.gateway import GatewayOverhead
from emulators.bench.history import Length
from emulators.bench.policy import PolicyTime
from emulators.bench.runs import Comparison, Crowd

RATIOS, LARGE_RATIOS = (4.0, 3.0), (1.2, 1.1)  # of a run and the bare script: the limit, and the goal
MAX_IMPORT_SECONDS = 0.4
MAX_GATEWAY_SECONDS = 0.005


@dataclass(frozen=True, slots=True)
class Row:
    """A measurement: its name, its value, its target, and whether that is met (None without a target)."""

    what: str
    value: str
    target: str = ""
    is_met: bool | None = None


def comparison(name: str, compared: Comparison, most: float, stretch: float) -> list[Row]:
    """Return the rows that compare runs with the bare script."""
    ratio = statistics.median(compared.runs) / statistics.median(compared.scripts)
    target = f"at most {most:g}, better {stretch:g}"
    return [
        Row(f"{name}: POST to pull request", seconds(compared.runs)),
        Row(f"{name}: bare script", seconds(compared.scripts)),
        Row(f"{name}: ratio", f"{ratio:.2f}", target, ratio <= most),
    ]


def crowd_rows(crowd: Crowd) -> list[Row]:
    """Return the rows of many runs at once, and of the platform's memory."""
    rows = [
        Row(f"{crowd.runs} runs at once: makespan", f"{crowd.seconds:.1f} s"),
        Row(f"{crowd.runs} runs at once: failures", str(len(crowd.failures)), "0", not crowd.failures),
    ]
    for name, (now, most) in sorted(crowd.memory.items()):
        rows.append(Row(f"memory of {name}", f"{now:.0f} MB, at most {most:.0f} MB"))
    return rows


def import_rows(measured: Sequence[float]) -> list[Row]:
    """Return the row of the cold start."""
    is_met = statistics.median(measured) < MAX_IMPORT_SECONDS
    return [Row("import function_app", seconds(measured), f"under {MAX_IMPORT_SECONDS:g} s", is_met)]


def gateway_rows(added: GatewayOverhead) -> list[Row]:
    """Return the rows of the model gateway."""
    whole = f"{added.straight * 1e3:.1f} ms straight, {added.through * 1e3:.1f} ms through the gateway"
    streamed = (
        f"{added.straight_streamed * 1e3:.1f} ms straight, {added.through_streamed * 1e3:.1f} ms through it"
    )
    is_met = added.seconds < MAX_GATEWAY_SECONDS
    return [
        Row("a model call", whole),
        Row("a model call, streamed", streamed),
        Row(
            "added by the gateway",
            f"{added.seconds * 1e3:.2f} ms",
            f"under {MAX_GATEWAY_SECONDS * 1e3:g} ms",
            is_met,
        ),
    ]


def policy_rows(measured: PolicyTime) -> list[Row]:
    """Return the row of the app's checks of a large change."""
    took = f"{measured.seconds:.1f} s, the pack {measured.read:.1f} s of it"
    value = f"{measured.rate:.1f} MB/s  ({measured.bytes / 1e6:.0f} MB in {took})"
    return [Row("policy and secret scan of a change", value)]


def history_rows(lengths: Sequence[Length]) -> list[Row]:
    """Return the rows of the histories; the last says whether the parent's stayed the same."""
    rows = [
        Row(
            f"history of a run without callback, {one.polls} polls",
            f"{one.events} events, and {one.polling_events} of the polling",
        )
        for one in lengths
    ]
    counts = {one.events for one in lengths}
    same = Row("history of the run alone", " = ".join(str(one.events) for one in lengths), "the same")
    return [*rows, Row(same.what, same.value, same.target, len(counts) == 1)]


def seconds(measured: Sequence[float]) -> str:
    """Return the median, minimum and maximum of *measured* seconds."""
    low, high = min(measured), max(measured)
    return f"{statistics.median(measured):.3f} s  ({low:.3f} to {high:.3f}, {len(measured)} times)"


def table(rows: Iterable[Row]) -> str:
    """Return *rows* as an aligned table."""
    rows = list(rows)
    widths = [max(len(getattr(row, name)) for row in rows) for name in ("what", "value", "target")]
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
