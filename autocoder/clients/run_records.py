"""Tables `runs` and `claims`: the record of every run, and the lock that prevents duplicate runs.

A claim is taken by an insert that fails if the row exists; the row has the id of the run that holds it.
"""

import datetime as dt
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from autocoder.clients.tables import Tables
from autocoder.clock import now
from autocoder.errors import Conflict
from autocoder.models import RUN_ID, Phase, Run
from autocoder.runs.claims import ACTIVE, Claim, owed_claim
from autocoder.runs.next_step import LAUNCHED_AT, LAUNCHES
from autocoder.runs.partitions import item_partition, name_columns, partition_of
from autocoder.runs.rows import (
    CANCELLABLE,
    CLAIMS,
    RUNS,
    bounded,
    is_before,
    is_concluded,
    is_over,
    new_row,
    phase_columns,
)

_RUN_ID = re.compile(RUN_ID)
MAX_TRIES = 20
WENT_ON: Mapping[str, Any] = {"reason": "", "waiting_for": "", "restarts": 0}  # columns of a run that does
KEPT = frozenset({"status", "reason", "ended_at"})


@dataclass(frozen=True)
class RunRecords:
    """The rows of runs and claims in Table Storage."""

    tables: Tables

    def take(self, claim: Claim, run_id: str) -> str:
        """Take *claim* for *run_id*; return the id of its holder: *run_id*, or an earlier run.

        Raises RuntimeError when the claim changes hands faster than it can be read.
        """
        for _ in range(MAX_TRIES):
            if self.tables.insert(CLAIMS, claim.kind, claim.key, {"run_id": run_id, "taken_at": now()}):
                return run_id
            row = self.tables.get(CLAIMS, claim.kind, claim.key)
            if row is None:
                continue
            if not claim.has_lapsed(row):
                return str(row["run_id"])
            if self.tables.replace(CLAIMS, claim.kind, claim.key, {"run_id": run_id, "taken_at": now()}, row):
                return run_id
        raise RuntimeError(f"claim {claim.kind} changes hands faster than it can be read")

    def repoint(self, claims: Iterable[Claim], held_by: str, run_id: str) -> None:
        """Transfer those of *claims* that *held_by* holds to *run_id*."""
        for claim in claims:
            row = self.tables.get(CLAIMS, claim.kind, claim.key)
            if row is not None and row["run_id"] == held_by:
                columns = {"run_id": run_id, "taken_at": row["taken_at"]}
                self.tables.replace(CLAIMS, claim.kind, claim.key, columns, row)

    def take_over(self, claim: Claim, held_by: str, run_id: str) -> str:
        """Take *claim* from *held_by* for *run_id*; return the id of its holder, which may be a third run."""
        row = self.tables.get(CLAIMS, claim.kind, claim.key)
        columns = {"run_id": run_id, "taken_at": now()}
        if row is not None and row["run_id"] == held_by:
            self.tables.replace(CLAIMS, claim.kind, claim.key, columns, row)
        return self.take(claim, run_id)

    def release(self, claims: Iterable[Claim], run_id: str) -> None:
        """Delete those of *claims* that *run_id* holds."""
        for claim in claims:
            row = self.tables.get(CLAIMS, claim.kind, claim.key)
            if row is not None and row["run_id"] == run_id:
                self.tables.delete(CLAIMS, claim.kind, claim.key, row)

    def release_all(self, kinds: Iterable[str], run_id: str) -> None:
        """Delete every claim of these *kinds* that *run_id* holds."""
        for kind in kinds:
            for row in self.tables.query(CLAIMS, kind, {"run_id": run_id}):
                self.tables.delete(CLAIMS, kind, row["RowKey"], row)  # unless the next run has taken it

    def held(self, kind: str) -> dict[str, str]:
        """Return the run ids of the claims of *kind*, by key."""
        rows = self.tables.query(CLAIMS, kind, {}, columns=["RowKey", "run_id"])
        return {row["RowKey"]: str(row["run_id"]) for row in rows}

    def taken(self, kind: str, minutes_ago: float) -> dict[str, str]:
        """Return the run ids of the claims of *kind* that are at least *minutes_ago* minutes old, by key."""
        before = (dt.datetime.now(dt.UTC) - dt.timedelta(minutes=minutes_ago)).isoformat()
        rows = self.tables.query(CLAIMS, kind, {})
        return {row["RowKey"]: str(row["run_id"]) for row in rows if str(row["taken_at"]) <= before}

    def holder(self, claim: Claim) -> str | None:
        """Return the id of the run that holds *claim*, or None."""
        row = self.tables.get(CLAIMS, claim.kind, claim.key)
        return None if row is None else str(row["run_id"])

    def count_active(self) -> int:
        """Return how many runs are active or waiting."""
        return len(self.tables.query(CLAIMS, ACTIVE, {}, columns=["RowKey"]))

    def expire(self, kind: str, before: dt.datetime, limit: int) -> int:
        """Delete up to *limit* claims of *kind* that were taken before *before*; return how many."""
        until = before.astimezone(dt.UTC).isoformat(timespec="milliseconds")
        rows = self.tables.query_before(CLAIMS, kind, "taken_at", until, top=limit)
        for row in rows:
            self.tables.delete(CLAIMS, kind, row["RowKey"], row)  # unless it was taken again meanwhile
        return len(rows)

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
        self, run_id: str, phase: Phase, more: Mapping[str, Any], read: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """Write that *phase* began, with *more*, unless the run is as far or has ended; return its row.

        *read* is the row as it was read before, to save another read. The row is empty when there is none.
        """
        columns = bounded({**phase_columns(phase, now()), **WENT_ON, **more})
        return self._change(run_id, lambda row: is_before(row, phase), columns, read) or {}

    def launched(self, run_id: str, operation: str = "", launches: int = 1) -> dict[str, Any]:
        """Write when the run's container group was accepted, unless it has ended; return its row.

        *operation* is the URL of the operation that creates it, *launches* the number of groups so far.
        """
        columns = {LAUNCHED_AT: now(), LAUNCHES: launches, "operation": operation, **WENT_ON}
        return (
            self._change(run_id, lambda row: not (is_concluded(row) or row.get(LAUNCHED_AT)), columns) or {}
        )

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

    def end(self, run_id: str, columns: Mapping[str, Any]) -> None:
        """Write the *columns* of a run's end, unless it has ended: people were told how.

        A report that is owed is claimed first: whoever dies between the two leaves a claim too many.
        """
        if columns.get("report_owed"):
            self.take(owed_claim(run_id), run_id)
        self._change(run_id, lambda row: not is_over(row), bounded(columns))

    def told(self, run_id: str, reason: str | None) -> None:
        """Write that an ended run owes no report, and the *reason* without why the work item was not told."""
        columns = bounded({"report_owed": False, "reason": reason})
        self.tables.merge(RUNS, partition_of(run_id), run_id, columns)
        self.release([owed_claim(run_id)], run_id)

    def request_cancel(self, run_id: str) -> dict[str, Any] | None:
        """Record a request to cancel, unless the run began to publish; return its row, or None."""
        return self._change(run_id, lambda row: row.get("status") in CANCELLABLE, {"cancel_requested": True})

    def begin_publishing(self, run_id: str, columns: Mapping[str, Any]) -> dict[str, Any] | None:
        """Write the publishing *columns*, unless it was cancelled or is reported; return the current row."""
        return self._change(
            run_id, lambda row: not (row.get("cancel_requested") or is_concluded(row)), bounded(columns)
        )

    def advance(
        self, run_id: str, statuses: Collection[str], columns: Mapping[str, Any]
    ) -> dict[str, Any] | None:
        """Write *columns* if the run's status is one of *statuses*; return the new row, else None."""
        row = self._change(run_id, lambda row: row.get("status") in statuses, columns)
        return row if row is not None and columns.items() <= row.items() else None

    def _change(
        self,
        run_id: str,
        allowed: Callable[[dict[str, Any]], bool],
        columns: Mapping[str, Any],
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
            if self.tables.merge(RUNS, partition_of(run_id), run_id, columns, row):
                return {**row, **columns}
        raise RuntimeError(f"the row of run {run_id} changes faster than it can be read")
