"""The engine of the task hub: one thread that runs episodes and commits many requests together.

Every change goes through one queue. A round takes the waiting requests, runs the episodes of instances that
have messages, commits, and only then answers requests and starts activities, so a `kill -9` undoes nothing
that a client was told. Interrupted activities run again after a restart, as on Azure:
https://learn.microsoft.com/azure/azure-functions/durable/durable-functions-orchestrations#reliability
"""

import collections
import heapq
import json
import logging
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from pathlib import Path
from typing import TypeVar

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
    status_after,
)
from emulators.functions_host.durable.hub import Hub
from emulators.functions_host.durable.requests import Request, Requests, carry_out
from emulators.functions_host.durable.store import ActivityTask, Instance, Message, Store, connect

Result = TypeVar("Result")
Ended = Callable[[str | None, tuple[str, str] | None], None]
StartActivity = Callable[[ActivityTask, Ended], None]
MAX_EPISODES_PER_ROUND = 16  # limits how long a client waits for its commit
MAX_WAIT_SECONDS = 3600.0
MAX_ROUND_SECONDS = 2.0

log = logging.getLogger("host.durable")


class Engine:
    """Runs the orchestrations of one task hub."""

    def __init__(
        self,
        path: Path,
        orchestrators: Mapping[str, Orchestrate],
        exists: Exists,
        start_activity: StartActivity,
        redelivery_seconds: float = 0,
    ) -> None:
        """Open the store at *path*.

        Activities that were interrupted run again *redelivery_seconds* after the start.
        """
        self._redelivery_seconds = redelivery_seconds
        self._orchestrators, self._exists, self._start_activity = orchestrators, exists, start_activity
        self._connection = connect(path)
        self._store = Store(self._connection)
        self.hub = Hub(self._store)
        self._reader = Store(connect(path, read_only=True))
        self._requests = Requests()
        self._ready: collections.OrderedDict[str, None] = collections.OrderedDict()
        self._appointments: list[tuple[float, str]] = []
        self._histories: dict[str, History] = {}
        self.hub.forgotten = lambda instance_id: self._histories.pop(instance_id, None)
        self._thread = threading.Thread(target=self._work, name="durable", daemon=True)
        self._stopped = False

    @property
    def reader(self) -> Store:
        """The committed state, for the thread that serves requests."""
        return self._reader

    def start(self) -> None:
        """Start the thread, and run the interrupted activities again."""
        interrupted = set(self._reader.pending_tasks())
        self._thread.start()
        if not interrupted:
            return
        again = threading.Timer(
            self._redelivery_seconds, self.call, [lambda: self.hub.redeliver(interrupted)]
        )
        again.daemon = True
        again.start()

    def stop(self) -> None:
        """Finish the current round, and close the store."""
        self._stopped = True
        self._requests.wake()
        self._thread.join(MAX_ROUND_SECONDS)
        if not self._thread.is_alive():
            self._connection.close()
            self._reader.connection.close()

    def call(self, change: Callable[[], Result]) -> "Future[Result]":
        """Run *change* in the engine's thread; its future is resolved after the commit."""
        return self._requests.add(change)

    # -- the thread ----------------------------------------------------------------------------------

    def _work(self) -> None:
        try:
            while not self._stopped:
                self._round(self._take())
        except BaseException:  # without this thread the hub cannot answer; exiting loses no state
            log.critical("The task hub failed; the host ends", exc_info=True)
            logging.shutdown()
            os._exit(1)

    def _take(self) -> list[Request]:
        """Return the waiting requests; wait for one if there is nothing else to do."""
        self._collect()
        if self._ready or self.hub.outbox:
            return self._requests.take(0)
        due = self._appointments[0][0] - time.time() if self._appointments else MAX_WAIT_SECONDS
        return self._requests.take(min(max(due, 0.0), MAX_WAIT_SECONDS))

    def _collect(self) -> None:
        """Record when new messages are due, and mark instances with due messages as ready."""
        for appointment in self.hub.due:
            heapq.heappush(self._appointments, appointment)
        self.hub.due.clear()
        now = time.time()
        while self._appointments and self._appointments[0][0] <= now:
            self._ready[heapq.heappop(self._appointments)[1]] = None

    def _round(self, requests: list[Request]) -> None:
        """Run *requests* and some episodes in one transaction, then answer and start activities."""
        self._connection.execute("begin immediate")
        answers = carry_out(requests)
        self._collect()
        for _ in range(min(MAX_EPISODES_PER_ROUND, len(self._ready))):
            self._safely(self._ready.popitem(last=False)[0])
        self._connection.execute("commit")
        for answer in answers:
            answer.give()
        tasks, self.hub.outbox = self.hub.outbox, []
        for task in tasks:
            self._start_activity(task, self._ender(task))

    def _ender(self, task: ActivityTask) -> Ended:
        def ended(result: str | None, error: tuple[str, str] | None) -> None:
            self.call(lambda: self.hub.activity_ended(task, result, error))

        return ended

    # -- episodes ------------------------------------------------------------------------------------

    def _safely(self, instance_id: str) -> None:
        """Run an episode; an unexpected error fails only its instance."""
        instance = self._store.instance(instance_id)
        if instance is None or instance.status in TERMINAL:
            self._store.clear_work(instance_id)
            return
        self._connection.execute("savepoint episode")
        announced, outgoing = len(self.hub.due), len(self.hub.outbox)
        try:
            self._episode(instance)
        except sqlite3.Error:
            raise
        except Exception as error:
            log.exception("The episode of instance %s failed", instance_id)
            self._connection.execute("rollback to episode")
            del self.hub.due[announced:], self.hub.outbox[outgoing:]
            self._histories.pop(instance_id, None)
            self.hub.finish(instance, "Failed", failure(instance.name, str(error)))
        self._connection.execute("release episode")

    def _episode(self, instance: Instance) -> None:
        messages = self._store.messages(instance.id, time.time())
        self._store.drop_messages(message.seq for message in messages)
        arrived = _current(messages, instance)
        if not arrived:
            return
        past = self._history(instance.id)
        fresh = [event(EventType.OrchestratorStarted), *arrived]
        terminated = next((e for e in arrived if e["EventType"] == EventType.ExecutionTerminated), None)
        if terminated is not None:
            self._conclude(instance, past, fresh, Outcome("Terminated", terminated["Input"]))
            return
        if status_after(fresh, instance.status) == "Suspended":  # recorded now, replayed on resume
            self._conclude(instance, past, fresh, Outcome())
            return
        turn = Turn(instance.name, instance.id, instance.parent, instance.input, past, fresh)
        self._conclude(
            instance, past, fresh, run_episode(turn, self._orchestrator(instance.name), self._exists)
        )

    def _conclude(self, instance: Instance, past: History, fresh: list[Event], outcome: Outcome) -> None:
        """Write the outcome of an episode to the store."""
        if outcome.status == "ContinuedAsNew":
            self.hub.continue_as_new(instance, outcome)
            return
        new = [*fresh, *(self.hub.schedule(instance, work) for work in outcome.work)]
        if outcome.status:
            new.append(execution_completed(outcome.status, outcome.output))
        new.append(event(EventType.OrchestratorCompleted))
        start = len(past.lines)
        self._store.append_history(instance.id, start, past.extend(new))
        if outcome.status:
            self.hub.finish(instance, outcome.status, outcome.output, outcome.custom_status)
            return
        status = status_after(fresh, instance.status)
        self._store.update_instance(
            instance.id, status=status, custom=outcome.custom_status or instance.custom
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
