"""Rows of table `claims`, without I/O: the lock against two runs where one was asked for.

A claim is taken by an insert that fails if the row exists; the row has the id of the run that holds it.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from autocoder import ids
from autocoder.models import RunRequest
from autocoder.requests.service_hook import RunTrigger

DELIVERY, CHANGE, CONTENT, IDEMPOTENCY = "delivery", "change", "content", "idempotency"  # detect repeats
ACTIVE, PLACES = "active", "places"  # the last: `autocoder/clients/places.py`
OWED = "owed"  # of a run whose work item is still to be told how it ended


@dataclass(frozen=True, slots=True)
class Claim:
    """One row of table `claims`; with a window, it expires that many seconds after it was taken."""

    kind: str
    key: str
    window_seconds: int | None = None

    def has_lapsed(self, row: Mapping[str, Any]) -> bool:
        """Whether the claim in *row* is older than its window."""
        if self.window_seconds is None:
            return False
        age = dt.datetime.now(dt.UTC) - dt.datetime.fromisoformat(str(row["taken_at"]))
        return age.total_seconds() >= self.window_seconds


def active_claim(request: RunRequest, run_id: str) -> Claim:
    """Return the claim of the active run of a work item and repository.

    A run of a prompt has a claim of its own, or that of the run whose draft it completes: one at a time does.
    """
    subject = request.work_item_id if request.work_item_id is not None else request.resumes or run_id
    parts = (request.organization, request.project, subject, request.repository)
    return Claim(ACTIVE, ids.key(*(str(part).casefold() for part in parts)))


def owed_claim(run_id: str) -> Claim:
    """Return the claim by which the report that run *run_id* owes is found."""
    return Claim(OWED, run_id)


def delivery_claims(trigger: RunTrigger, request: RunRequest, window_seconds: int) -> tuple[Claim, ...]:
    """Return the claims that detect a repeat of a delivery, of its change, or of its content.

    A change may be delivered by several subscriptions, and under several ids: it is one wish of a person.
    """
    named = (request.organization, request.project, request.work_item_id, request.repository)
    subject = (*(str(part).casefold() for part in named), trigger.content)
    return (
        Claim(DELIVERY, trigger.delivery),
        Claim(CHANGE, ids.key(*subject, trigger.update)),
        Claim(CONTENT, ids.key(*subject), window_seconds),
    )
