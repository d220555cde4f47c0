"""The places for runs that work at the same time, in table `claims`.

All places are one row, which is replaced only if it was not changed since it was read: so no two processes
give the same place, no run gets two, and no cap is exceeded, however calls interleave or are repeated. Who
has to wait for a place leaves a ticket, a row of its own, before the look that tells it so; who frees one
looks at the tickets again after that. So one of the two sees the other. Places and tickets share a partition,
and are read with one query: whichever order its halves are read in, the row of the places is never older than
the write after which it was asked for.

A ticket stays until its run has learned of its place. A run with both is one that has to be started. A run
that takes a place without a ticket has an orchestration, which goes on.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from autocoder.clients.run_records import RunRecords
from autocoder.clients.tables import Row, Tables
from autocoder.errors import Transient
from autocoder.models import Run
from autocoder.runs.claims import PLACES
from autocoder.runs.places import (
    Limits,
    Ticket,
    Turn,
    next_in_turn,
    read_ticket,
    ticket_key,
    ticket_of,
    turn_of,
    waiting,
)
from autocoder.runs.rows import CLAIMS, PLACE, is_over

ALL = "all"  # the row key of the one row
RUN = "run_"  # how the columns of that row begin; a run's id follows
MAX_TRIES = 50
MAX_TOLD = 100


@dataclass(frozen=True)
class Places:
    """The places and tickets of all runs."""

    tables: Tables
    records: RunRecords
    limits: Limits

    def take_place(self, run: Run) -> Turn:
        """Take a free place for *run* if it is its turn; else it has a ticket afterwards.

        Whoever calls writes into the run's row what came of it, and then calls `arrive` or `leave_place`: the
        first only if it `had_ticket`. Raises `Transient` when the places change hands faster than they can be
        read.
        """
        ticket = ticket_of(run)
        for _ in range(MAX_TRIES):
            seen = self._look()
            had_ticket = any(one.run_id == run.id for one in seen.tickets)
            wanting = seen.tickets if had_ticket else (*seen.tickets, ticket)
            if _has_place(seen.held, run.id):
                return Turn(granted=True, had_ticket=had_ticket)
            if _has_place(next_in_turn(self.limits, seen.held, wanting), run.id):
                if self._write(seen.row, (*seen.held, ticket)):
                    return Turn(granted=True, had_ticket=had_ticket)
            elif had_ticket:
                return turn_of(self.limits, seen.held, wanting, ticket)
            else:
                columns = {"run_id": ticket.run_id, "works_on": ticket.column}
                self.tables.insert(CLAIMS, PLACES, ticket.key, columns)
        raise _too_fast()

    def arrive(self, run_id: str) -> None:
        """Note that a run has learned of its place."""
        self.tables.delete(CLAIMS, PLACES, ticket_key(run_id))

    def leave_place(self, run_id: str) -> tuple[str, ...]:
        """Pass the place of an ended run on to those that are next; return the runs that are to be started.

        A repeat returns those that have not come since. Raises `Transient` as `take_place` does.
        """
        return self._settle({run_id}, run_id)

    def pass_on_places(self, going_on: Iterable[str]) -> tuple[str, ...]:
        """Pass on the places of runs that have ended or have no row, and remove their tickets.

        Returns the runs to start. Of the runs that wait, those known to be *going_on* are not looked up.
        Raises `Transient` as `take_place` does.
        """
        seen = self._look()
        wanting = {one.run_id for one in seen.tickets} - set(going_on)
        holding = {one.run_id for one in seen.held}
        return self._settle(self._ended(holding | wanting), "")

    def tell_turns(self) -> int:
        """Write why they wait into the rows of the runs that are next, where it changed; return how many."""
        seen, told = self._look(), 0
        for ticket in waiting(seen.held, seen.tickets)[:MAX_TOLD]:
            row = self.records.get(ticket.run_id) or {}
            reason = turn_of(self.limits, seen.held, seen.tickets, ticket).reason
            if row.get("waiting_for") == PLACE and row.get("reason") != reason:
                told += self.records.advance(ticket.run_id, ("queued",), {"reason": reason}) is not None
        return told

    def _settle(self, gone: set[str], giver: str) -> tuple[str, ...]:
        """Pass on the places of the runs *gone*, and free ones, until a look finds nothing more to do.

        Returns the runs to start: those that *giver* gave a place, or without a giver all that have one. A
        run that ended while it was given one has left before, without it.
        """
        going_on = set[str]()
        for _ in range(MAX_TRIES):
            is_settled, told = self._pass_on(gone, giver)
            ended = self._ended(set(told) - going_on)
            if is_settled and not ended:
                return told
            gone, going_on = gone | ended, going_on | (set(told) - ended)
        raise _too_fast()

    def _pass_on(self, gone: set[str], giver: str) -> tuple[bool, tuple[str, ...]]:
        """Free the places of the runs *gone* and give what is free to those that are next, in one write.

        Their tickets are removed. Returns whether there was nothing to do, and the runs that have not learned
        of their place.
        """
        seen = self._look()
        for ticket in seen.tickets:
            if ticket.run_id in gone:
                self.arrive(ticket.run_id)
        tickets = [one for one in seen.tickets if one.run_id not in gone]
        kept = tuple(one for one in seen.held if one.run_id not in gone)
        given = next_in_turn(self.limits, kept, tickets)
        if given or kept != seen.held:
            is_written = self._write(seen.row, (*kept, *(replace(one, giver=giver) for one in given)))
            return False, tuple(one.run_id for one in given) if is_written else ()
        placed = [one for one in seen.held if giver in ("", one.giver)]
        return True, tuple(one.run_id for one in tickets if _has_place(placed, one.run_id))

    def _ended(self, run_ids: Iterable[str]) -> set[str]:
        """Return those of *run_ids* that have ended or have no row."""
        rows = {run_id: self.records.get(run_id) for run_id in run_ids}
        return {run_id for run_id, row in rows.items() if row is None or is_over(row)}

    def _look(self) -> "_Look":
        """Return the tickets, and the row of the places with the runs that have one."""
        rows = self.tables.query(CLAIMS, PLACES, {})
        tickets = [read_ticket(str(row["run_id"]), str(row["works_on"])) for row in rows if _is_ticket(row)]
        row = next((row for row in rows if not _is_ticket(row)), None)
        columns = [(name, str(value)) for name, value in (row or {}).items() if name.startswith(RUN)]
        held = (read_ticket(name.removeprefix(RUN), column) for name, column in sorted(columns))
        return _Look(tuple(tickets), row, tuple(held))

    def _write(self, row: Row | None, held: Sequence[Ticket]) -> bool:
        """Write the runs that have a place, unless another process has changed the *row* that was read."""
        columns = {RUN + ticket.run_id: ticket.column for ticket in held}
        if row is None:
            return self.tables.insert(CLAIMS, PLACES, ALL, columns)
        return self.tables.replace(CLAIMS, PLACES, ALL, columns, row)


@dataclass(frozen=True)
class _Look:
    """What a query of the places saw: the tickets, and the one row with the runs that have a place."""

    tickets: tuple[Ticket, ...]
    row: Row | None
    held: tuple[Ticket, ...]


def _is_ticket(row: Row) -> bool:
    return bool(row["RowKey"] != ALL)


def _has_place(held: Iterable[Ticket], run_id: str) -> bool:
    return any(one.run_id == run_id for one in held)


def _too_fast() -> Transient:
    return Transient("The places of runs change hands faster than they can be read.", next_step="")
