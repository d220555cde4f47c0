"""The agent's only way to a model: a loopback server that adds the key and enforces the budget.

Requests are forwarded to one provider, which the request cannot change: only targets in origin form are
accepted, and `Host` must be this machine. Nothing of a request is ever logged.
https://www.rfc-editor.org/rfc/rfc9112#section-3.2
"""

import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from autocoder.shared.model_failures import ModelFailure
from runner.blobs import connect
from runner.gateway.answering import Answering
from runner.gateway.budget import Meter
from runner.gateway.conversation import Conversation
from runner.gateway.finishing import Finishing
from runner.gateway.patience import Patience, RunTime, Waits
from runner.gateway.record import CallRecord
from runner.gateway.request_memory import MAX_KEPT_BYTES, RequestMemory
from runner.gateway.upstream import Upstream

MAX_CONNECTIONS = 64  # with `RequestMemory`, this keeps an agent from exhausting the supervisor's memory
CLOSING_SECONDS = 1.0


class Gateway:
    """Serves model calls on one address until it is closed."""

    def __init__(
        self,
        address: tuple[str, int],
        upstream: Upstream,
        meter: Meter,
        run_time: RunTime | None = None,
        waits: Waits = Waits(),  # noqa: B008 - it is frozen
        *,
        record: CallRecord | None = None,
    ) -> None:
        """Start to serve; without *run_time*, the run has no end. What a run learns is written to *record*.

        Raises `ExchangeError` when the provider's URL is not safe.
        """
        connect(upstream.url)  # checks the URL; no connection is opened yet
        self.meter, self.record = meter, record or CallRecord()
        self._server = Server(address, Conversation)
        self._server.upstream, self._server.meter, self._server.record = upstream, meter, self.record
        self._server.patience = Patience(waits, run_time)
        self._server.finishing = Finishing(meter, run_time)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def last_failure(self) -> ModelFailure | None:
        """Return the failure of the last generating call, or None if it was served."""
        seen = self.record.failure
        return None if seen is None else seen.failure

    @property
    def told_to_finish(self) -> str:
        """Why the agent was told to finish, such as "75 % of 60 minutes"; empty if it was not."""
        return self.record.told_to_finish

    def close(self) -> None:
        """Stop listening, end open calls, and wait until their usage is booked."""
        self._server.closed = True
        threading.Thread(target=self._server.shutdown, daemon=True).start()
        self._server.drop_all()
        self._server.socket.close()


class Server(ThreadingHTTPServer):
    """The HTTP server, with the state that its conversations share (`conversation.Gateway`)."""

    daemon_threads = True
    request_queue_size = 128
    upstream: Upstream
    meter: Meter
    patience: Patience
    finishing: Finishing
    record: CallRecord
    closed = False

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        self.memory, self.kept = RequestMemory(), RequestMemory(MAX_KEPT_BYTES)
        self._free = threading.BoundedSemaphore(MAX_CONNECTIONS)
        self.conversations: set[Answering] = set()
        super().__init__(address, handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Serve a connection in its own thread, or close it if there are too many."""
        if self.closed or not self._free.acquire(blocking=False):
            self.shutdown_request(request)
            return
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Serve a connection until it ends."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._free.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Log nothing, because the text could contain parts of a request."""

    def drop_all(self) -> None:
        """End every connection on both sides, so that nothing more is spent, and wait until it is booked."""
        until = time.monotonic() + CLOSING_SECONDS
        while self.conversations and time.monotonic() < until:
            for conversation in list(self.conversations):
                conversation.drop()
            time.sleep(0.005)
