"""Replays the action list of an orchestrator against its history, one action after the other.

It follows `OutOfProcOrchestrationShim` of the extension, which uses the Durable Task Framework
(https://github.com/Azure/azure-functions-durable-extension): every episode begins at the first event.
An action is invoked only when the previous one is complete; a compound action invokes its children together.
Each activity, sub-orchestration and timer gets the next sequence number; one that the history does not record
yet is new work. An execution ends only when no activity, sub-orchestration or timer is open, even if the
orchestrator function has already returned (https://learn.microsoft.com/javascript/api/durable-functions/timertask).
"""

import logging
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, Protocol

from emulators.functions_host.durable.events import Event, EventType
from emulators.functions_host.durable.scheduling import Retried, Scheduled, Scheduler
from emulators.functions_host.errors import ActionRefusedError

Action = dict[str, Any]
log = logging.getLogger("host.durable")


class ActionType(IntEnum):
    """The action types of the out-of-process protocol."""

    CallActivity = 0
    CallActivityWithRetry = 1
    CallSubOrchestrator = 2
    CallSubOrchestratorWithRetry = 3
    ContinueAsNew = 4
    CreateTimer = 5
    WaitForExternalEvent = 6
    CallEntity = 7
    CallHttp = 8
    SignalEntity = 9
    ScheduledSignalEntity = 10
    WhenAny = 11
    WhenAll = 12


class Awaitable(Protocol):
    """An entry of the action list that may have to be waited for."""

    def is_complete(self) -> bool:
        """Whether it has ended, with success or failure."""
        ...


@dataclass(slots=True)
class Flag:
    """A wait without a sequence number: for an external event, or one that is complete from the start."""

    complete: bool = False

    def is_complete(self) -> bool:
        """Whether the wait is over."""
        return self.complete


@dataclass(slots=True)
class Compound:
    """`task_any` or `task_all`; a failed child counts as complete, as in .NET's `Task.WhenAll`."""

    children: Sequence[Awaitable]
    rule: Callable[[Iterator[bool]], bool]

    def is_complete(self) -> bool:
        """Whether enough children are complete."""
        return self.rule(child.is_complete() for child in self.children)


DONE = Flag(complete=True)


@dataclass(slots=True)
class ExternalEvents:
    """Raised events and the waits for them, by name without regard to case; the newest wait is served first.

    `DurableOrchestrationContext.WaitForExternalEvent` keeps its waits on a stack, so an abandoned wait that
    lost a `task_any` does not receive the event of a later wait, but takes one that is raised before that.
    """

    waiting: dict[str, list[Flag]] = field(default_factory=lambda: defaultdict(list))
    buffered: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def wait(self, name: str) -> Flag:
        """Return a wait for *name*, which is complete if the event has already been raised."""
        key = name.casefold()
        if self.buffered[key]:
            self.buffered[key] -= 1
            return DONE
        flag = Flag()
        self.waiting[key].append(flag)
        return flag

    def raised(self, name: str) -> None:
        """Complete the newest wait for the event *name*, or keep the event for a later wait."""
        key = name.casefold()
        if self.waiting[key]:
            self.waiting[key].pop().complete = True
        else:
            self.buffered[key] += 1


class Replay:
    """One pass over a history with the action list that the orchestrator returned."""

    def __init__(self, actions: Sequence[Action], exists: Callable[[str, str], bool]) -> None:
        """Take the *actions*; *exists* tells whether a function of a kind ("activity") has a name.

        One that does not exist is passed over without a number, so the orchestrator waits for it for ever.
        """
        self.scheduler = Scheduler()
        self.continued: Action | None = None
        self.carried_over: list[Event] = []
        self.suspended = False
        self.is_new = False  # whether the next event has not been played before
        self._actions, self._exists = iter(actions), exists
        self._events = ExternalEvents()
        self._current: Awaitable | None = None
        self._exhausted = False
        self._held: list[Event] = []

    @property
    def is_complete(self) -> bool:
        """Whether every action is complete."""
        return self._exhausted

    @property
    def may_end(self) -> bool:
        """Whether the execution may end: every action is complete and no work is open."""
        return self._exhausted and not self.scheduler.open

    @property
    def work(self) -> list[Scheduled]:
        """The invoked work that the history does not record yet, in order."""
        return list(self.scheduler.unrecorded.values())

    def feed(self, event: Event) -> None:
        """Process the next *event*; raises `NonDeterministicError` and `ActionRefusedError`."""
        if self.suspended and event["EventType"] != EventType.ExecutionResumed:
            self._held.append(event)
            return
        match event["EventType"]:
            case EventType.OrchestratorStarted:
                self.scheduler.time = event["Timestamp"]
            case EventType.ExecutionStarted:
                self._advance()
            case EventType.ExecutionSuspended:
                self.suspended = True
            case EventType.ExecutionResumed:
                self._resume()
            case EventType.EventRaised:
                self._raised(event)
            case _:
                self.scheduler.settle(event)
                self._advance()

    def _raised(self, event: Event) -> None:
        if self.continued is not None:
            self.carried_over.append(event)
            return
        self._events.raised(event["Name"])
        self._advance()

    def _resume(self) -> None:
        self.suspended, held, self._held = False, self._held, []
        for event in held:
            self.feed(event)

    def _advance(self) -> None:
        """Invoke actions up to the first incomplete one."""
        while not self._exhausted and (self._current is None or self._current.is_complete()):
            action = next(self._actions, None)
            if action is None:
                self._exhausted = True
            else:
                self._current = self._invoke(action)

    def _invoke(self, action: Action) -> Awaitable:
        match action["actionType"]:
            case ActionType.WhenAny | ActionType.WhenAll as kind:
                children = [self._invoke(child) for child in action["compoundActions"]]
                return Compound(children, any if kind == ActionType.WhenAny else all)
            case ActionType.CallActivity | ActionType.CallActivityWithRetry:
                return self._call("activity", EventType.TaskScheduled, action)
            case ActionType.CallSubOrchestrator | ActionType.CallSubOrchestratorWithRetry:
                return self._call("orchestrator", EventType.SubOrchestrationInstanceCreated, action)
            case ActionType.CreateTimer:
                return self.scheduler.timer(action["fireAt"], cancelled=bool(action.get("isCanceled")))
            case ActionType.WaitForExternalEvent:
                return self._events.wait(action["externalEventName"])
            case ActionType.ContinueAsNew:
                self.continued = action
                return DONE
            case other:
                raise ActionRefusedError(f"Not covered by this host: the action {_name_of(other)}")

    def _call(self, kind: str, event_type: EventType, action: Action) -> Awaitable:
        name = action["functionName"]
        if not self._exists(kind, name):
            self._unknown(kind, name)
            return DONE
        if "retryOptions" in action:
            return Retried.begin(self.scheduler, event_type, action)
        return self.scheduler.schedule(event_type, action)

    def _unknown(self, kind: str, name: str) -> None:
        if self.is_new:  # otherwise it has been said when the orchestrator asked for it
            log.error("%s is waited for for ever: it doesn't exist, is disabled, or is no %s", name, kind)


def _name_of(action_type: Any) -> str:
    """Return the name of an action's type, or its number when the protocol has no such type."""
    return ActionType(action_type).name if action_type in list(ActionType) else f"of type {action_type}"
