"""Lists of runs, newest first, a bounded part at a time.

What a list costs depends on what it asks for: runs of a work item come from its index, runs that go on are
no older than the oldest active claim, and any other list ends after MAX_PAGES requests and says where it goes
on.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from autocoder.clients.run_records import RunRecords
from autocoder.clients.tables import Tables
from autocoder.parallel import MAX_THREADS, in_parallel
from autocoder.requests.continuation import Position, position_of, token_of
from autocoder.requests.query import RunQuery
from autocoder.runs.claims import ACTIVE
from autocoder.runs.partitions import ALL_RECORDS, item_partition, named, records_until
from autocoder.runs.rows import PHASES, RUNS

MAX_PAGES = 5  # requests to Table Storage for one part of a list; each of them takes 5 seconds at the most
MIN_ENTRIES = 50  # of an index that are read at once to find the few with a status
BATCH = MAX_THREADS  # records that are read at once
Row = dict[str, Any]
Page = tuple[list[Row], Position | None]  # its rows, and where the next page begins


@dataclass(frozen=True, slots=True)
class ListPart:
    """A part of a list; without a token it is the last one."""

    rows: tuple[Row, ...] = ()
    continuation_token: str | None = None


@dataclass(frozen=True)
class RunLists:
    """The lists of the runs in Table Storage."""

    tables: Tables
    records: RunRecords

    def matching(self, wanted: RunQuery) -> ListPart:
        """Return the runs that match *wanted*; there may be fewer than it asks for, and more to come."""
        names = named(project=wanted.project, repository=wanted.repository)
        if wanted.work_item_id is not None:
            listed = self._of_work_item(wanted.work_item_id, names, wanted.status)
        elif (conditions := self._conditions(wanted.status)) is not None:
            listed = self._page_of({**conditions, **_equal(names)})
        else:
            return ListPart()
        token = wanted.continuation_token
        return _part(listed, wanted.top, position_of(token) if token else None)

    def of_work_item(self, organization: str, number: int, top: int) -> tuple[Row, ...]:
        """Return up to *top* of the newest runs of a work item, whichever project it was in."""
        return _part(self._of_work_item(number, named(organization), None), top, None).rows

    def _conditions(self, status: str | None) -> dict[str, Any] | None:
        """Return the conditions of the runs with *status*, or None when it is known that there are none."""
        if status not in PHASES:
            return {**ALL_RECORDS, **_equal({"status": status} if status else {})}
        oldest = max(self.records.held(ACTIVE).values(), default=None)
        return None if oldest is None else {**records_until(oldest), **_equal({"status": status})}

    def _of_work_item(
        self, number: int, names: Mapping[str, str], status: str | None
    ) -> Callable[[int, Position | None], Page]:
        """Return what reads a page of the runs of a work item: what its index names and has a record."""
        index = self._page_of(_equal({"PartitionKey": item_partition(number), **names}))

        def page(top: int, position: Position | None) -> Page:
            entries, following = index(max(top, MIN_ENTRIES) if status else top, position)
            rows, used = self._first([str(entry["RowKey"]) for entry in entries], status, top)
            if used < len(entries):  # only the storage can say where the entry behind the last used one is
                _, following = index(used, position)
            return rows, following

        return page

    def _first(self, run_ids: Sequence[str], status: str | None, top: int) -> tuple[list[Row], int]:
        """Return up to *top* of these runs that have a record with *status*, and how many were looked at."""
        found: list[Row] = []
        for begin in range(0, len(run_ids), BATCH):
            reads = (partial(self.records.get, run_id) for run_id in run_ids[begin : begin + BATCH])
            for used, row in enumerate(in_parallel(*reads), begin + 1):
                found += [row] if row and status in (None, row["status"]) else []
                if len(found) == top:
                    return found, used
        return found, len(run_ids)

    def _page_of(self, conditions: Mapping[str, Any]) -> Callable[[int, Position | None], Page]:
        return lambda top, position: self.tables.page(RUNS, conditions, top=top, position=position)


def _equal(columns: Mapping[str, Any]) -> dict[str, Any]:
    return {f"{column} eq": value for column, value in columns.items()}


def _part(page: Callable[[int, Position | None], Page], top: int, position: Position | None) -> ListPart:
    """Return up to *top* rows of the pages from *position* on; no page is asked for more than is missing."""
    found: list[Row] = []
    for _ in range(MAX_PAGES):
        rows, position = page(top - len(found), position)
        found += rows
        if position is None or len(found) >= top:
            break
    return ListPart(tuple(found), token_of(position) if position else None)
