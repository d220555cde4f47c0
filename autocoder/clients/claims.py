"""Table `claims`: the lock that prevents duplicate runs.

A claim is taken by an insert that fails if the row exists; the row has the id of the run that holds it.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from autocoder.clients.tables import Tables
from autocoder.clock import now
from autocoder.runs.claims import ACTIVE, Claim
from autocoder.runs.rows import CLAIMS

MAX_TRIES = 20


@dataclass(frozen=True)
class Claims:
    """The claims of all runs in Table Storage."""

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
        return self.holding(claim)[0]

    def holding(self, claim: Claim) -> tuple[str | None, str]:
        """Return the id of the run that holds *claim*, or None, and the ETag of the claim."""
        row = self.tables.get(CLAIMS, claim.kind, claim.key) or {}
        return row.get("run_id"), str(row.get("etag", ""))

    def release_read(self, claim: Claim, run_id: str, etag: str) -> None:
        """Delete *claim* if *run_id* holds it, as `release` does.

        The *etag* of the claim, from when *run_id* was seen to hold it, saves a look at who does. It is empty
        when nobody has looked.
        """
        if not (etag and self.tables.delete(CLAIMS, claim.kind, claim.key, {"etag": etag})):
            self.release((claim,), run_id)

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
