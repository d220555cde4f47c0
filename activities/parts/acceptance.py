"""Give a request its run: claim, write the record, and say which orchestration is to be started.

Whoever has all claims writes `request.json` once, then the row, then starts the orchestration. A process may
die between any two of these steps, and nobody can tell a dead process from a slow one. So nobody tries to:
whoever meets a claim whose run has no row goes on with the same run. Two that do so at the same moment do
each other no harm, because the first `request.json` decides what the run does, a row is inserted once, and
the hub runs one orchestration for an id.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from activities.parts.run_files import LONG_TEXTS
from autocoder import wire
from autocoder.clients.blobs import Blobs
from autocoder.clients.connect import Clients
from autocoder.clients.run_records import RunRecords
from autocoder.clock import now
from autocoder.models import Run, RunRequest
from autocoder.rounds import WholeRun
from autocoder.runs.claims import ACTIVE, CHANGE, CONTENT, DELIVERY, Claim, active_claim
from autocoder.runs.files import REQUEST
from autocoder.runs.rows import has_started, is_over
from autocoder.shared.outcomes import BY_NAME
from autocoder.texts.markdown import one_line

MAX_TITLE_LENGTH = 120
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Started:
    """A run that was accepted just now."""

    run: Run
    starts: bool = field(default=True, compare=False)

    @property
    def run_id(self) -> str:
        """Its id."""
        return self.run.id


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A repeat of an earlier request, and the run of that request."""

    run_id: str
    kind: str  # of the claim that was taken: the same delivery, content or idempotency key
    starts: bool = field(default=False, compare=False)  # whether the run is to be started once more


@dataclass(frozen=True, slots=True)
class Active:
    """Another run of the same work item and repository is still going on."""

    run_id: str
    starts: bool = field(default=False, compare=False)  # whether the run is to be started once more


Accepted = Started | Duplicate | Active


@dataclass(frozen=True, slots=True)
class StartRequest:
    """A request, and the claims by which its repeats are known: all kinds but `active`."""

    request: RunRequest
    claims: tuple[Claim, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Held:
    """The run that holds all claims of a request."""

    run_id: str
    repeats: str = ""  # the kind of the claim by which an earlier request for this run was recognised
    is_own: bool = False  # whoever asks has this id for itself, and may have asked with it before


@dataclass(frozen=True, slots=True)
class Acceptance:
    """The storage in which requests are claimed and recorded."""

    records: RunRecords
    blobs: Blobs

    @classmethod
    def of(cls, connected: Clients) -> "Acceptance":
        """Return the acceptance in the storage of this app."""
        return cls(connected.records, connected.blobs)

    def accept(self, start: StartRequest, run_id: str) -> Accepted:
        """Give *start* the run *run_id*, or the earlier one that it repeats; a repeat changes nothing."""
        if self.records.get(run_id) is not None:  # whoever wrote the row had the claims
            return self._record(start, Held(run_id, is_own=True))
        held = self.recognise(start, run_id)
        if isinstance(held, Duplicate):
            return held
        return self.settle(start, replace(held, is_own=held.run_id == run_id))

    def recognise(self, start: StartRequest, run_id: str) -> Held | Duplicate:
        """Take the claims of *start* for *run_id*, or return the earlier run that has one of them."""
        held, taken = Held(run_id), list[Claim]()
        for claim in start.claims:
            holder, row = self._holder(claim, held.run_id)
            if holder != held.run_id:
                self.records.repoint(
                    taken, held.run_id, holder
                )  # this id gets no run; a repeat may come late
                if row is not None:
                    return Duplicate(holder, claim.kind, starts=not has_started(row))
                held = Held(holder, held.repeats or claim.kind)
            taken.append(claim)
        return held

    def settle(self, start: StartRequest, held: Held) -> Accepted:
        """Claim the work item for the run that holds the claims of *start*, and write its record."""
        active = active_claim(start.request, held.run_id)
        holder, row = self._holder(active, held.run_id)
        if row is not None:
            return self._give_way(start, held.run_id, Active(holder, starts=not has_started(row)))
        if holder != held.run_id:
            self.records.repoint(start.claims, held.run_id, holder)
        return self._record(start, held if holder == held.run_id else Held(holder, held.repeats))

    def refuse(self, start: StartRequest, held: Held) -> None:
        """Free the claims of a request that gets no run, so that it can be made again."""
        self.records.release(start.claims, held.run_id)

    def _holder(self, claim: Claim, run_id: str) -> tuple[str, Row | None]:
        """Take *claim* for *run_id*; return who holds it, with the row of a holder that is another run."""
        holder = self.records.take(claim, run_id)
        row = self.records.get(holder) if holder != run_id else None
        if row is not None and _is_free(claim, row):
            holder = self.records.take_over(claim, holder, run_id)
            row = self.records.get(holder) if holder != run_id else None
        return holder, row

    def _record(self, start: StartRequest, held: Held) -> Accepted:
        """Write the record of the run that has all claims; if another request was first, it keeps the run."""
        run_id, request = held.run_id, start.request
        is_first = self.blobs.put_new(WholeRun(run_id), REQUEST, wire.to_bytes(request))
        if not is_first:
            request = wire.load(RunRequest, self.blobs.get(WholeRun(run_id), REQUEST) or b"")
        run = accepted_run(run_id, request)
        self.records.add(run)
        if held.repeats:
            return Duplicate(run_id, held.repeats, starts=True)
        if is_first or (held.is_own and request == start.request):
            return Started(run)
        if request == start.request and start.claims:  # its repeat was quicker, and its claims name this run
            return Duplicate(run_id, start.claims[-1].kind, starts=True)
        return self._give_way(start, run_id, Active(run_id, starts=True))

    def _give_way(self, start: StartRequest, run_id: str, active: Active) -> Active:
        """Leave the work item to its *active* run: what was delivered is used up, the rest may ask again."""
        self.records.release(_claims(start, delivered=False), run_id)
        self.records.repoint(_claims(start, delivered=True), run_id, active.run_id)
        return active


def accepted_run(run_id: str, request: RunRequest) -> Run:
    """Return the run as its row records it."""
    title = one_line(next(iter((request.user_prompt or "").strip().splitlines()), ""), MAX_TITLE_LENGTH)
    return Run(id=run_id, request=request.model_copy(update=LONG_TEXTS), title=title, queued_at=now())


def _claims(start: StartRequest, *, delivered: bool) -> Iterable[Claim]:
    """Return the claims of *start* that stand for what Azure DevOps delivered, or else the other ones."""
    return [claim for claim in start.claims if (claim.kind in (DELIVERY, CHANGE)) is delivered]


def _is_free(claim: Claim, row: Row) -> bool:
    """Whether the run in *row*, which holds *claim*, has ended and does not need it any more.

    It frees its work item in a moment. The same text may ask again after a run that brought nothing, no pull
    request either.
    """
    if claim.kind == CONTENT:
        return is_over(row) and BY_NAME[row["status"]].may_retry and row.get("pull_request_id") is None
    return claim.kind == ACTIVE and is_over(row)
