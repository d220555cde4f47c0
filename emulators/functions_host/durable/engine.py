"""The engine of the task hub: one thread that runs turns and commits many requests together.

Every change goes through one queue. A round takes the waiting requests, runs the turns of instances that
have messages, commits, and only then answers requests and starts activities, so a `kill -9` undoes nothing
that a client was told. Interrupted activities run again after a restart, as on Azure:
https://learn.microsoft.com/azure/azure-functions/durable/durable-functions-orchestrations#reliability
"""

import collections
import heapq
import logging
import os
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from pathlib import Path
from typing import TypeVar

from emulators.functions_host.durable.episodes import Exists, Orchestrate
from emulators.functions_host.durable.hub import Hub
from emulators.functions_host.durable.requests import Request, Requests, carry_out
from emulators.functions_host.durable.store import ActivityTask, Store, connect
from emulators.functions_host.durable.turns import Turns
from emulators.functions_host.versions import Versioning

Result = TypeVar("Result")
Ended = Callable[[str | None, tuple[str, str] | None], None]
StartActivity = Callable[[ActivityTask, Ended], None]
MAX_TURNS_PER_ROUND = 16  # after which activities start; one, as soon as a client waits for a commit
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
        *,
        redelivery_seconds: float = 0,
        versioning: Versioning | None = None,
    ) -> None:
        """Open the store at *path*.

        Activities that were interrupted run again *redelivery_seconds* after the start.
        """
        self._redelivery_seconds, self._start_activity = redelivery_seconds, start_activity
        versioning = versioning or Versioning()
        self._connection = connect(path)
        self.hub = Hub(Store(self._connection), versioning.default)
        self.turns = Turns(self.hub, orchestrators, exists, versioning)
        self._reader = Store(connect(path, read_only=True))
        self._requests = Requests()
        self._ready: collections.OrderedDict[str, None] = collections.OrderedDict()
        self._appointments: list[tuple[float, str]] = []
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
        """Run *requests* and some turns in one transaction, then answer and start activities."""
        self._connection.execute("begin immediate")
        answers = carry_out(requests)
        self._collect()
        for _ in range(min(MAX_TURNS_PER_ROUND, len(self._ready))):
            self.turns.run(self._ready.popitem(last=False)[0])
            if self._requests.are_waiting():  # a client, who does not wait for the turns of others
                break
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
