"""Sequence numbers of scheduled work, and the retry loop: `TaskOrchestrationContext` and `RetryInterceptor`
of the Durable Task Framework (https://github.com/Azure/durabletask).

Every activity, sub-orchestration and timer takes the next number. The SDK counts on its own and never sends
its numbers, so both sides must count alike. This includes retries: a timer follows *every* failed attempt.
The timer after the last attempt fires at once; it exists for histories of older versions.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from emulators.functions_host.durable.events import Event, EventType, moment, stamp
from emulators.functions_host.durable.non_determinism import not_scheduled, other_kind, other_name
from emulators.functions_host.errors import ActionRefusedError

RECORDS = {EventType.TaskScheduled, EventType.SubOrchestrationInstanceCreated, EventType.TimerCreated}
SETTLES = {  # event -> (the field that holds the number, whether it went well)
    EventType.TaskCompleted: ("TaskScheduledId", True),
    EventType.TaskFailed: ("TaskScheduledId", False),
    EventType.SubOrchestrationInstanceCompleted: ("TaskScheduledId", True),
    EventType.SubOrchestrationInstanceFailed: ("TaskScheduledId", False),
    EventType.TimerFired: ("TimerId", True),
}
RETRY_OPTIONS = {"firstRetryIntervalInMilliseconds", "maxNumberOfAttempts", "backoffCoefficient"}


@dataclass(slots=True)
class Scheduled:
    """An activity, sub-orchestration or timer with its sequence number; with its action or its time."""

    id: int
    kind: EventType
    name: str = ""
    input: Any = None
    instance_id: str | None = None
    version: str | None = None
    fire_at: str = ""
    complete: bool = False
    settled: Callable[[bool], None] | None = None

    def is_complete(self) -> bool:
        """Whether it has ended, with success or failure, or was cancelled."""
        return self.complete


@dataclass(slots=True)
class Scheduler:
    """The work that one execution has scheduled so far in a replay."""

    time: str = ""
    next_id: int = 0
    open: dict[int, Scheduled] = field(default_factory=dict)
    unrecorded: dict[int, Scheduled] = field(default_factory=dict)

    def schedule(self, kind: EventType, action: dict[str, Any]) -> Scheduled:
        """Schedule the activity or sub-orchestration of *action*."""
        return self._add(
            Scheduled(
                self.next_id,
                kind,
                name=action["functionName"],
                input=action.get("input"),
                instance_id=action.get("instanceId"),
                version=action.get("version"),
            )
        )

    def timer(self, fire_at: str, *, cancelled: bool = False) -> Scheduled:
        """Schedule a timer; a *cancelled* one takes its number but is not waited for."""
        timer = self._add(Scheduled(self.next_id, EventType.TimerCreated, fire_at=fire_at))
        if cancelled:
            del self.open[timer.id]
            timer.complete = True
        return timer

    def _add(self, work: Scheduled) -> Scheduled:
        self.next_id += 1
        self.open[work.id] = self.unrecorded[work.id] = work
        return work

    def settle(self, event: Event) -> None:
        """Match *event* with scheduled work that it records, or complete the work that it ends."""
        kind = EventType(event["EventType"])
        if kind in RECORDS:
            self._check(kind, event)
        elif kind in SETTLES:
            key, succeeded = SETTLES[kind]
            work = self.open.pop(event[key], None)
            if work is not None:  # otherwise a duplicate, or a cancelled timer that fired
                work.complete = True
                if work.settled:
                    work.settled(succeeded)

    def _check(self, kind: EventType, event: Event) -> None:
        """Mark new work as recorded by *event*; raises `NonDeterministicError` when nothing matches it."""
        work = self.unrecorded.pop(event["EventId"], None)
        if work is None:
            raise not_scheduled(event)
        if work.kind != kind:
            raise other_kind(event, work.kind)
        if work.name != (event.get("Name") or ""):
            raise other_name(event, work.name)


@dataclass(slots=True)
class Retried:
    """An activity or sub-orchestration with `RetryOptions`: attempt, timer, attempt, ... timer."""

    scheduler: Scheduler
    kind: EventType
    action: dict[str, Any]
    attempts: int = 0
    complete: bool = False

    @classmethod
    def begin(cls, scheduler: Scheduler, kind: EventType, action: dict[str, Any]) -> "Retried":
        """Schedule the first attempt; raises `ActionRefusedError` for uncovered options."""
        foreign = sorted(set(action["retryOptions"]) - RETRY_OPTIONS)
        if foreign:
            raise ActionRefusedError(f"Not covered by this host: the retry options {', '.join(foreign)}")
        retried = cls(scheduler, kind, action)
        retried._attempt()
        return retried

    def is_complete(self) -> bool:
        """Whether an attempt succeeded or none is left."""
        return self.complete

    def _attempt(self) -> None:
        self.attempts += 1
        self.scheduler.schedule(self.kind, self.action).settled = self._attempted

    def _attempted(self, succeeded: bool) -> None:
        if succeeded:
            self.complete = True
            return
        fire_at = moment(self.scheduler.time) + self._delay()
        self.scheduler.timer(stamp(fire_at)).settled = self._waited

    def _delay(self) -> dt.timedelta:
        """Return the delay after a failed attempt, zero after the last one."""
        if not self._attempts_left:
            return dt.timedelta()
        options = self.action["retryOptions"]
        factor = options.get("backoffCoefficient", 1) ** (self.attempts - 1)
        return dt.timedelta(milliseconds=options["firstRetryIntervalInMilliseconds"] * factor)

    def _waited(self, _: bool) -> None:
        if self._attempts_left:
            self._attempt()
        else:
            self.complete = True

    @property
    def _attempts_left(self) -> int:
        left: int = self.action["retryOptions"]["maxNumberOfAttempts"] - self.attempts
        return left
