"""Table `runs`: the record of every run."""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from autocoder.clients.claims import MAX_TRIES, Claims
from autocoder.clock import now
from autocoder.errors import Conflict
from autocoder.models import RUN_ID, Phase, Run
from autocoder.rounds import Round
from autocoder.runs.claims import owed_claim
from autocoder.runs.next_step import ABSENCES, LAUNCHED_AT, LAUNCHES, may_launch
from autocoder.runs.partitions import item_partition, name_columns, partition_of
from autocoder.runs.rows import (
    CANCELLABLE,
    RUNS,
    bounded,
    is_before,
    is_over,
    may_publish,
    new_row,
    phase_columns,
    round_of,
)

_RUN_ID = re.compile(RUN_ID)
WENT_ON: Mapping[str, Any] = {"reason": "", "waiting_for": "", "restarts": 0}  # columns of a run that does
KEPT = frozenset({"status", "reason", "ended_at"})
ColumnsOf = Callable[[Mapping[str, Any]], Mapping[str, Any]]  # the columns to write into a row


@dataclass(frozen=True)
class RunRecords(Claims):
    """The records of all runs in Table Storage, with the claims that they hold."""

    def add(self, run: Run) -> None:
        """Write the row of *run*, unless it exists, and before it the index row of its work item.

        Whoever dies between the two leaves an index row too many, which every list passes over.
        """
        names, number = name_columns(run.request), run.request.work_item_id
        if number is not None:
            self.tables.insert(RUNS, item_partition(number), run.id, bounded(names))
        self.tables.insert(RUNS, partition_of(run.id), run.id, bounded({**new_row(run), **names}))

    def remove_from_index(self, run_id: str, number: int) -> None:
        """Delete the index row of a run of the work item *number* that never got a record."""
        self.tables.delete(RUNS, item_partition(number), run_id)

    def get(self, run_id: str) -> dict[str, Any] | None:
        """Return the row of run *run_id*, or None when there is none or the id is not valid."""
        return self.tables.get(RUNS, partition_of(run_id), run_id) if _RUN_ID.fullmatch(run_id) else None

    def unfinished(self, run_id: str) -> dict[str, Any]:
        """Return the row of a run, empty when there is none. Raises `Conflict` when the run has ended.

        An activity may be executed once more after the end, and then changes nothing for people.
        """
        row = self.get(run_id) or {}
        if is_over(row):
            raise Conflict("The run has ended; nothing more is done for it.")
        return row

    def merge(self, run_id: str, columns: Mapping[str, Any]) -> None:
        """Change these *columns* of the run's row, whether it has ended or not.

        Raises ValueError for the columns that an ended run keeps: they have methods of their own.
        """
        if not KEPT.isdisjoint(columns):
            raise ValueError(f"not without a look at the run: {', '.join(KEPT & set(columns))}")
        self.tables.merge(RUNS, partition_of(run_id), run_id, bounded(columns))

    def enter(
        self,
        run_id: str,
        phase: Phase,
        more: Mapping[str, Any],
        read: dict[str, Any] | None = None,
        current: Round | None = None,
    ) -> dict[str, Any]:
        """Write that *phase* began, with *more*, unless the run is as far or has ended; return its row.

        *read* is the row as it was read before, here as elsewhere. With *current*, nothing is written when
        the run has gone on to another round. The row is empty when there is none.
        """
        columns = bounded({**phase_columns(phase, now()), **WENT_ON, **more})

        def is_earlier(row: dict[str, Any]) -> bool:
            return is_before(row, phase) and current in (None, round_of(run_id, row))

        return self._change(run_id, is_earlier, columns, read) or {}

    def launched(
        self,
        current: Round,
        launches: int,
        operation: str = "",
        read: dict[str, Any] | None = None,
        more: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Write when the group of a run's *current* round was accepted, with *more*; return its row.

        Nothing is written when the run has ended, or has gone on to another round. *operation* is the URL of
        the operation that creates the group, *launches* the number of groups so far.
        """
        moment = {LAUNCHED_AT: now(), LAUNCHES: launches, "operation": operation}
        columns, run_id = {**moment, **WENT_ON, **(more or {})}, current.run_id

        def is_wanted(row: dict[str, Any]) -> bool:
            return may_launch(row) and round_of(run_id, row) == current

        return self._change(run_id, is_wanted, columns, read) or {}

    def forget_launch(self, run_id: str, read: dict[str, Any]) -> bool:
        """Write that the group of which the row *read* tells is gone; return False if another was launched.

        A look may be late: what it saw is about the group of the row that it has read.
        """
        launched_at = read.get(LAUNCHED_AT)
        columns = {LAUNCHED_AT: "", ABSENCES: 0}
        row = self._change(run_id, lambda row: row.get(LAUNCHED_AT) == launched_at, columns, read)
        return not (row or {}).get(LAUNCHED_AT)

    def note(
        self,
        run_id: str,
        reason: str,
        read: dict[str, Any] | None = None,
        more: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Write why the run waits, with *more*, unless it has ended; return its row as `enter` does."""
        columns = bounded({"reason": reason, **(more or {})})
        return self._change(run_id, lambda row: not is_over(row), columns, read) or {}

    def end(self, run_id: str, columns: Mapping[str, Any], read: dict[str, Any] | None = None) -> None:
        """Write the *columns* of a run's end, unless it has ended: people were told how.

        A report that is owed is claimed first: whoever dies between the two leaves a claim too many.
        """
        if columns.get("report_owed"):
            self.take(owed_claim(run_id), run_id)
        self._change(run_id, lambda row: not is_over(row), bounded(columns), read)

    def told(self, run_id: str, reason: str | None) -> None:
        """Write that an ended run owes no report, and the *reason* without why the work item was not told."""
        columns = bounded({"report_owed": False, "reason": reason})
        self.tables.merge(RUNS, partition_of(run_id), run_id, columns)
        self.release([owed_claim(run_id)], run_id)

    def request_cancel(self, run_id: str) -> dict[str, Any] | None:
        """Record a request to cancel, unless the run began to publish; return its row, or None."""
        return self._change(run_id, lambda row: row.get("status") in CANCELLABLE, {"cancel_requested": True})

    def begin_publishing(
        self, run_id: str, columns_of: ColumnsOf, read: dict[str, Any] | None = None
    ) -> dict[str, Any] | None:
        """Write the publishing columns, unless it was cancelled or is reported; return the current row.

        *columns_of* returns them for the row that they are written into.
        """
        return self._change(run_id, may_publish, lambda row: bounded(columns_of(row)), read)

    def opened(self, run_id: str, columns: Mapping[str, Any], read: dict[str, Any]) -> dict[str, Any]:
        """Write the *columns* of a pull request, whether the run has ended or not; return the row."""
        return self._change(run_id, lambda _: True, columns, read) or {}

    def advance(
        self,
        run_id: str,
        statuses: Collection[str],
        columns: Mapping[str, Any],
        read: dict[str, Any] | None = None,
    ) -> dict[str, Any] | None:
        """Write *columns* if the run's status is one of *statuses*; return the new row, else None."""
        row = self._change(run_id, lambda row: row.get("status") in statuses, columns, read)
        return row if row is not None and columns.items() <= row.items() else None

    def _change(
        self,
        run_id: str,
        allowed: Callable[[dict[str, Any]], bool],
        columns: Mapping[str, Any] | ColumnsOf,
        read: dict[str, Any] | None = None,
    ) -> dict[str, Any] | None:
        """Merge *columns* into the row if *allowed* accepts it; repeat if another process changed the row.

        The row that is returned is never older than the call: one that was *read* before may have changed.
        """
        if read and not allowed(read):
            read = None
        for number in range(MAX_TRIES):
            row = read if read and number == 0 else self.get(run_id)
            if row is None or not allowed(row):
                return row
            found = columns(row) if callable(columns) else columns
            if etag := self.tables.merge(RUNS, partition_of(run_id), run_id, found, row):
                return {**row, **found, "etag": etag}
        raise RuntimeError(f"the row of run {run_id} changes faster than it can be read")
