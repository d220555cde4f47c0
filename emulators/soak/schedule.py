"""What a soak does and when, chosen by its seed alone: starts of runs, repeated requests, and troubles.

The same numbers give the same schedule; how the platform's processes interleave with it is not reproducible.
What fails in the cloud: https://learn.microsoft.com/azure/architecture/best-practices/transient-faults
"""

import random
from dataclasses import dataclass
from typing import Literal

from emulators.ports import (
    AZURE_DEVOPS,
    AZURE_RESOURCE_MANAGER,
    FUNCTIONS_HOST,
    IDENTITY,
    KEY_VAULT,
    MODEL_PROVIDER,
)

How = Literal["tag", "rest"]
Kind = Literal["kill", "freeze", "window", "some", "process", "worker", "repeat", "janitor", "deployment"]
TAG_SHARE = 0.6  # of the runs begin with a tag on the work item, the others with a request
MAX_AGENT_SECONDS = 4.0
QUICK_SHARE = 0.5  # of the agents take no time
START_SHARE = 0.8  # of the time passes until the last start
MAX_REPEATS = 3
MAX_KILL_SECONDS, MAX_FREEZE_SECONDS, MAX_WINDOW_SECONDS, MAX_REFUSAL_SECONDS = 2.0, 3.0, 4.0, 6.0
MAX_PAUSE_SECONDS = 2.0
# Not the resource manager, whose groups are in its memory and end with it, nor Azurite, which forgets rows
# that it has acknowledged: a real service forgets neither. They are only frozen.
KILLED = (FUNCTIONS_HOST.name, FUNCTIONS_HOST.name, AZURE_DEVOPS.name, IDENTITY.name, KEY_VAULT.name,
          MODEL_PROVIDER.name)  # fmt: skip
AZURITE = "azurite"
FROZEN = (AZURITE, AZURE_RESOURCE_MANAGER.name, AZURE_DEVOPS.name)
FAULTY = (AZURE_DEVOPS.name, AZURE_RESOURCE_MANAGER.name, IDENTITY.name, KEY_VAULT.name, MODEL_PROVIDER.name)
STATUSES = (429, 500, 502, 503)
DROP, REFUSE = 0, 401
CONTAINERS = ("agent", "supervisor")
WEIGHTS: dict[Kind, int] = {
    "kill": 8, "freeze": 2, "window": 5, "some": 5, "process": 2, "worker": 2, "repeat": 3, "janitor": 1,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Start:
    """A run to begin: the number of its work item, when, how, how many callers, and its agent's seconds."""

    number: int
    at: float
    how: How
    callers: int
    agent_seconds: float


@dataclass(frozen=True, slots=True)
class Repeat:
    """The request of a run once more: when, how many callers, and whether under the name of another one."""

    number: int
    at: float
    callers: int
    is_renamed: bool


@dataclass(frozen=True, slots=True)
class Trouble:
    """One trouble, a *pause* after the last; *pick*, from 0 to 1, chooses among what is there by then."""

    kind: Kind
    pause: float
    seconds: float = 0.0
    target: str = ""  # an emulator, or a kind of container
    status: int = DROP
    times: int = 0
    is_after: bool = False  # the service has processed the request
    pick: float = 0.0


@dataclass(frozen=True, slots=True)
class Schedule:
    """Everything that a soak does, by time."""

    starts: tuple[Start, ...]
    repeats: tuple[Repeat, ...]
    troubles: tuple[Trouble, ...]


def schedule(seed: int, runs: int, seconds: float, *, deployment: bool) -> Schedule:
    """Return the schedule of *runs* runs and *seconds* of troubles, with a *deployment* in the middle."""
    chance = random.Random(seed)  # noqa: S311 - a schedule, not a secret
    starts = tuple(
        sorted((_start(chance, number, seconds) for number in range(runs)), key=lambda one: one.at)
    )
    repeats = sorted((one for start in starts for one in _repeats(chance, start, seconds)), key=_at)
    troubles = _troubles(chance, seconds)
    if deployment:
        troubles.insert(len(troubles) // 2, Trouble("deployment", pause=chance.uniform(0, 1)))
    return Schedule(starts, tuple(repeats), tuple(troubles))


def _at(repeat: Repeat) -> float:
    return repeat.at


def _start(chance: random.Random, number: int, seconds: float) -> Start:
    return Start(
        number,
        at=chance.uniform(0, seconds * START_SHARE),
        how="tag" if chance.random() < TAG_SHARE else "rest",
        callers=chance.randint(1, 3),
        agent_seconds=0.0
        if chance.random() < QUICK_SHARE
        else round(chance.uniform(0, MAX_AGENT_SECONDS), 1),
    )


def _repeats(chance: random.Random, start: Start, seconds: float) -> list[Repeat]:
    """Return repeats of a start: at any later time, so also after the run's end and behind later requests."""
    return [
        Repeat(start.number, chance.uniform(start.at, seconds), chance.randint(1, 3), chance.random() < 0.5)
        for _ in range(chance.randint(0, MAX_REPEATS))
    ]


def _troubles(chance: random.Random, seconds: float) -> list[Trouble]:
    """Return troubles, one after the other, that take about *seconds* in all."""
    found: list[Trouble] = []
    while sum(one.pause + one.seconds for one in found) < seconds:
        (kind,) = chance.choices(list(WEIGHTS), list(WEIGHTS.values()))
        found.append(_trouble(chance, kind, chance.uniform(0, MAX_PAUSE_SECONDS)))
    return found


def _trouble(chance: random.Random, kind: Kind, pause: float) -> Trouble:
    """Return a trouble of this *kind*."""
    if kind == "kill":
        return Trouble(kind, pause, chance.uniform(0, MAX_KILL_SECONDS), chance.choice(KILLED))
    if kind == "freeze":
        return Trouble(kind, pause, chance.uniform(0.2, MAX_FREEZE_SECONDS), chance.choice(FROZEN))
    if kind == "window":
        return _window(chance, pause)
    if kind == "some":
        return Trouble(
            kind, pause, 1.0, chance.choice(FAULTY), status=chance.choice((DROP, *STATUSES)),
            times=chance.randint(1, 6), is_after=chance.random() < 0.5,
        )  # fmt: skip
    target = chance.choice(CONTAINERS) if kind == "process" else ""
    return Trouble(kind, pause, target=target, pick=chance.random())


def _window(chance: random.Random, pause: float) -> Trouble:
    """Return a time in which one service answers nothing but an error, half of them a refused sign-in."""
    target = chance.choice(FAULTY)
    if chance.random() < 0.5:
        return Trouble(
            "window", pause, chance.uniform(1, MAX_REFUSAL_SECONDS), AZURE_DEVOPS.name, status=REFUSE
        )
    seconds = chance.uniform(0.5, MAX_WINDOW_SECONDS)
    return Trouble("window", pause, seconds, target, status=chance.choice((DROP, *STATUSES)))
