"""One episode of an orchestration: call the orchestrator function, replay its actions, return the outcome.

The request is the JSON of the v1 out-of-process protocol (schema V3); the answer contains the whole action
list every time. See `DurableOrchestrationContext` and `OrchestratorState` of
https://github.com/Azure/azure-functions-durable-python and `OutOfProcOrchestrationShim` of
https://github.com/Azure/azure-functions-durable-extension.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from emulators.functions_host.durable.actions import Replay
from emulators.functions_host.durable.events import Event, dump, line
from emulators.functions_host.durable.scheduling import Scheduled
from emulators.functions_host.errors import ActionRefusedError, NonDeterministicError, OrchestratorError

OUT_OF_PROC_DATA = "\n\n$OutOfProcData$:"
MAX_CUSTOM_STATUS_KB = 16
SCHEMAS = '"upperSchemaVersion":1,"upperSchemaVersionNew":2'
TIMER_LIMITS = '"maximumShortTimerDuration":"6.00:00:00","longRunningTimerIntervalDuration":"3.00:00:00"'

Orchestrate = Callable[[str], str]
Exists = Callable[[str, str], bool]


@dataclass(slots=True)
class History:
    """The played events of an execution, both as stored and as values."""

    lines: list[str] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)

    @classmethod
    def of(cls, stored: Sequence[str]) -> "History":
        """Return the history of *stored* events."""
        return cls(list(stored), [json.loads(text) for text in stored])

    def extend(self, events: Sequence[Event]) -> list[str]:
        """Add *events* and return them as they are stored."""
        lines = [dump(event) for event in events]
        self.lines.extend(lines)
        self.events.extend(events)
        return lines


@dataclass(frozen=True, slots=True)
class Turn:
    """The input of an episode; *input* is raw JSON, *fresh* are the unplayed events."""

    name: str
    instance_id: str
    parent_id: str | None
    input: str | None
    past: History
    fresh: Sequence[Event]

    def body(self) -> str:
        """Return the request's JSON."""
        history = [line(text, played=True) for text in self.past.lines]
        history += [line(dump(event), played=False) for event in self.fresh]
        return (
            f'{{"history":[{",".join(history)}],"input":{self.input or "null"},'
            f'"instanceId":{json.dumps(self.instance_id)},"isReplaying":{json.dumps(bool(self.past.lines))},'
            f'"parentInstanceId":{json.dumps(self.parent_id)},{SCHEMAS},{TIMER_LIMITS}}}'
        )


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of an episode; with an empty *status* the execution continues.

    The output of a *quiet* end is in the status alone: the history and the parent are not told.
    """

    status: str = ""
    output: Any = None
    custom_status: str | None = None
    work: Sequence[Scheduled] = ()
    continue_with: Any = None
    carried_over: Sequence[Event] = ()
    quiet: bool = False


def run_episode(turn: Turn, orchestrate: Orchestrate, exists: Exists) -> Outcome:
    """Call *orchestrate*, replay its actions over the whole history, and return the outcome."""
    try:
        state = ask(orchestrate, turn.body())
        custom_status = custom_status_of(state)
        replay = Replay(state["actions"][0] if state.get("actions") else [], exists)
        for event in turn.past.events:
            replay.feed(event)
        replay.is_new = True
        for event in turn.fresh:
            replay.feed(event)
    except NonDeterministicError as error:
        return Outcome("Failed", str(error))
    except (ActionRefusedError, OrchestratorError) as error:
        return Outcome("Failed", failure(turn.name, str(error)))
    return conclude(turn.name, state, replay, custom_status)


def conclude(name: str, state: dict[str, Any], replay: Replay, custom_status: str | None) -> Outcome:
    """Return the outcome of a *replay* without errors."""
    work = replay.work
    if not replay.may_end:
        return Outcome(custom_status=custom_status, work=work)
    if state.get("error"):
        return Outcome("Failed", failure(name, state["error"]), custom_status, work)
    if replay.continued is not None:
        input_ = replay.continued.get("input")
        return Outcome("ContinuedAsNew", None, custom_status, work, input_, replay.carried_over)
    if state.get("isDone"):
        return Outcome("Completed", state.get("output"), custom_status, work)
    return Outcome(custom_status=custom_status, work=work)


def ask(orchestrate: Orchestrate, body: str) -> dict[str, Any]:
    """Return the state that the orchestrator function returns, or that its exception carries after a label.

    Raises `OrchestratorError` when the exception carries no state.
    """
    try:
        state: dict[str, Any] = json.loads(orchestrate(body))
    except Exception as error:
        text, _, tail = str(error).partition(OUT_OF_PROC_DATA)
        if not tail:
            raise OrchestratorError(text or type(error).__name__) from error
        state = json.loads(tail)
        state["error"] = state.get("error") or text
    return state


def custom_status_of(state: dict[str, Any]) -> str | None:
    """Return the custom status as JSON, None when there is none; raises `ActionRefusedError` over 16 KB.

    Strings count as UTF-16: https://learn.microsoft.com/azure/azure-functions/durable/durable-functions-custom-orchestration-status
    """
    value = state.get("customStatus")
    if value is None:
        return None
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    size = len(text.encode("utf-16-le", "surrogatepass")) / 1024
    if size > MAX_CUSTOM_STATUS_KB:
        raise ActionRefusedError(
            f"The UTF-16 size of the JSON-serialized payload must not exceed {MAX_CUSTOM_STATUS_KB} KB. "
            f"The current payload size is {size:.0f} KB."
        )
    return text


def failure(name: str, error: str) -> str:
    """Return the output of an orchestration that failed."""
    return f"Orchestrator function '{name}' failed: {error}"
