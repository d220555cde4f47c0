"""Runs the next turn of an instance and writes its outcome, all inside the engine's transaction.

`TaskOrchestrationDispatcher` of https://github.com/Azure/durabletask
"""

import json
import logging
import sqlite3
import time
from collections.abc import Mapping, Sequence

from emulators.functions_host.durable.episodes import (
    Exists,
    History,
    Orchestrate,
    Outcome,
    Turn,
    failure,
    run_episode,
)
from emulators.functions_host.durable.events import (
    TERMINAL,
    Event,
    EventType,
    event,
    execution_completed,
    output_after,
    status_after,
)
from emulators.functions_host.durable.hub import Hub
from emulators.functions_host.durable.outcomes import Outcomes
from emulators.functions_host.durable.store import Instance, Message
from emulators.functions_host.durable.worker_deaths import WorkerDeaths, outcome_of_death
from emulators.functions_host.versions import MISMATCH, REJECT, Versioning

log = logging.getLogger("host.durable")


class Turns:
    """Runs turns, and keeps the histories of the instances that live."""

    def __init__(
        self, hub: Hub, orchestrators: Mapping[str, Orchestrate], exists: Exists, versioning: Versioning
    ) -> None:
        self.deaths = WorkerDeaths()
        self._hub, self._store, self._outcomes = hub, hub.store, Outcomes(hub)
        self._orchestrators, self._exists, self._versioning = orchestrators, exists, versioning
        self._histories: dict[str, History] = {}
        hub.forgotten = lambda instance_id: self._histories.pop(instance_id, None)

    def run(self, instance_id: str) -> None:
        """Run the next turn of an instance; an unexpected error fails only this instance.

        Raises `sqlite3.Error` when the store fails.
        """
        instance = self._store.instance(instance_id)
        if instance is None or instance.status in TERMINAL:
            self._store.clear_work(instance_id)
            return
        self._store.connection.execute("savepoint turn")
        announced, outgoing = len(self._hub.due), len(self._hub.outbox)
        try:
            self._turn(instance)
        except sqlite3.Error:
            raise
        except Exception as error:
            log.exception("The turn of instance %s failed", instance_id)
            self._store.connection.execute("rollback to turn")
            del self._hub.due[announced:], self._hub.outbox[outgoing:]
            self._histories.pop(instance_id, None)
            self._outcomes.finish(instance, Outcome("Failed", failure(instance.name, str(error))))
        self._store.connection.execute("release turn")

    def _turn(self, instance: Instance) -> None:
        accepted = self._versioning.accepts(instance.version)
        if not accepted and self._versioning.on_mismatch == REJECT:  # its messages stay where they are
            log.error("Instance %s has the version '%s': rejected", instance.id, instance.version)
            return
        messages = self._store.messages(instance.id, time.time())
        self._store.drop_messages(message.seq for message in messages)
        arrived = _current(messages, instance)
        if not arrived:
            return
        past = self._history(instance.id)
        fresh = [event(EventType.OrchestratorStarted), *arrived]
        outcome = (
            self._outcome(instance, past, fresh) if accepted else Outcome("Failed", MISMATCH, quiet=True)
        )
        self._conclude(instance, past, fresh, outcome)

    def _outcome(self, instance: Instance, past: History, fresh: Sequence[Event]) -> Outcome:
        """Return the outcome of a turn with the *fresh* events."""
        for one in fresh:
            if one["EventType"] == EventType.ExecutionTerminated:
                return Outcome("Terminated", one["Input"])
        if status_after(fresh, instance.status) == "Suspended":  # recorded now, replayed on resume
            return Outcome()
        turn = Turn(instance.name, instance.id, instance.parent, instance.input, past, fresh)
        if self.deaths.take(turn):
            return outcome_of_death(turn)
        return run_episode(turn, self._orchestrator(instance.name), self._exists)

    def _conclude(self, instance: Instance, past: History, fresh: Sequence[Event], outcome: Outcome) -> None:
        """Write the outcome of a turn to the store."""
        if outcome.status == "ContinuedAsNew":
            self._outcomes.continue_as_new(instance, outcome)
            return
        new = [*fresh, *(self._outcomes.schedule(instance, work) for work in outcome.work)]
        if outcome.status:
            new.append(execution_completed(outcome.status, outcome.output, quiet=outcome.quiet))
        new.append(event(EventType.OrchestratorCompleted))
        start = len(past.lines)
        self._store.append_history(instance.id, start, past.extend(new))
        if outcome.status:
            self._outcomes.finish(instance, outcome)
            return
        self._store.update_instance(
            instance.id,
            status=status_after(fresh, instance.status),
            output=output_after(fresh, instance.output),
            custom=outcome.custom_status or instance.custom,
        )

    def _history(self, instance_id: str) -> History:
        history = self._histories.get(instance_id)
        if history is None:
            history = self._histories[instance_id] = History.of(self._store.history(instance_id))
        return history

    def _orchestrator(self, name: str) -> Orchestrate:
        def missing(_: str) -> str:
            known = ", ".join(f"'{one}'" for one in self._orchestrators)
            raise LookupError(
                f"The function '{name}' doesn't exist, is disabled, or is not an orchestrator function. "
                f"Additional info: The following are the known orchestrator functions: {known}."
            )

        return self._orchestrators.get(name, missing)


def _current(messages: list[Message], instance: Instance) -> list[Event]:
    """Return the events for the current execution."""
    return [json.loads(m.event) for m in messages if m.execution in (None, instance.execution)]
