"""The places for runs that work at the same time, without I/O: which runs are next, and why one waits.

A run that wants a place leaves a ticket. Tickets sort by the time of the request, which is part of the id
of a run.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from autocoder import ids
from autocoder.models import Run
from autocoder.settings import Settings
from autocoder.shared.json_text import parse_json

IN_COLUMN = ("organization", "project", "repository", "giver")  # of a ticket or place; others are ignored


@dataclass(frozen=True, slots=True)
class Limits:
    """How many runs may work at the same time: in all, of one project and of one repository."""

    runs: int
    of_project: int | None = None
    of_repository: int | None = None


@dataclass(frozen=True, slots=True)
class Ticket:
    """A run that wants a place or has one, with the repository that it works on.

    *giver* is the run that has passed its place on to it.
    """

    run_id: str
    organization: str
    project: str
    repository: str
    giver: str = ""

    @property
    def key(self) -> str:
        """The row key of its ticket: run ids sort newest first, tickets oldest first."""
        return ticket_key(self.run_id)

    @property
    def column(self) -> str:
        """All but the run's id, as a column has it."""
        return json.dumps({name: getattr(self, name) for name in IN_COLUMN}, ensure_ascii=False)

    def shares(self, other: "Ticket", parts: int) -> bool:
        """Whether both have the first *parts* of organisation, project, repository in common."""
        return self._names()[:parts] == other._names()[:parts]

    def _names(self) -> tuple[str, ...]:
        return tuple(name.casefold() for name in (self.organization, self.project, self.repository))


@dataclass(frozen=True, slots=True)
class Turn:
    """What a look brought: a place, or why there is none yet."""

    granted: bool
    before: int = 0
    reason: str = ""
    had_ticket: bool = True


def ticket_key(run_id: str) -> str:
    """Return the row key of the ticket of run *run_id*."""
    return f"{ids.generated_at(run_id):%Y%m%dT%H%M%S.%f}-{run_id}"


def ticket_of(run: Run) -> Ticket:
    """Return the ticket of *run*."""
    wanted = run.request
    return Ticket(run.id, wanted.organization, wanted.project, wanted.repository)


def read_ticket(run_id: str, column: str) -> Ticket:
    """Return the ticket of run *run_id* with this *column*.

    What is missing or cannot be read is empty: one bad row must not keep every other run from its place.
    """
    try:
        found = parse_json(column)
    except ValueError:
        found = {}
    given = found if isinstance(found, dict) else {}
    return Ticket(run_id, **{name: str(given.get(name, "")) for name in IN_COLUMN})


def limits_of(settings: Settings) -> Limits:
    """Return the limits in *settings*."""
    given = settings
    return Limits(given.max_concurrent_runs, given.max_runs_per_project, given.max_runs_per_repository)


def next_in_turn(limits: Limits, held: Sequence[Ticket], tickets: Iterable[Ticket]) -> tuple[Ticket, ...]:
    """Return the runs with *tickets* that may have a place now, oldest first; those of *held* have one.

    A run that a cap keeps back is skipped, and keeps nobody back that is behind it.
    """
    taken = list(held)
    for ticket in waiting(held, tickets):
        if len(taken) >= limits.runs:
            break
        if not cap_met(limits, taken, ticket):
            taken.append(ticket)
    return tuple(taken[len(held) :])


def waiting(held: Iterable[Ticket], tickets: Iterable[Ticket]) -> list[Ticket]:
    """Return those of *tickets* whose runs have no place, oldest first."""
    placed = {ticket.run_id for ticket in held}
    return sorted((one for one in tickets if one.run_id not in placed), key=lambda one: one.key)


def cap_met(limits: Limits, held: Sequence[Ticket], ticket: Ticket) -> str:
    """Return the cap that allows *ticket* no place beside those *held*, or nothing."""
    for most, parts, setting, what in (
        (limits.of_project, 2, "MAX_RUNS_PER_PROJECT", f"project {ticket.project}"),
        (limits.of_repository, 3, "MAX_RUNS_PER_REPOSITORY", f"repository {ticket.repository}"),
    ):
        count = sum(ticket.shares(one, parts) for one in held)
        if most is not None and count >= most:
            are = "run of {} is" if count == 1 else "runs of {} are"
            return f"{count} {are.format(what)} working already ({setting})"
    return ""


def turn_of(limits: Limits, held: Sequence[Ticket], tickets: Iterable[Ticket], ticket: Ticket) -> Turn:
    """Return why the run with *ticket* has to wait, and behind how many others."""
    before = sum(one.key < ticket.key for one in waiting(held, tickets))
    cap = cap_met(limits, held, ticket)
    behind = f", behind {before} other run{'s' if before > 1 else ''}" if before else ""
    if cap:
        return Turn(False, before, f"Waiting for a place{behind}: {cap}.")
    return Turn(False, before, f"Waiting for a place{behind or ', and next in line'}.")
