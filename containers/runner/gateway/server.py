"""The only way from the agent to a model: a loopback server that adds the key, counts, and keeps the budget.

A request is passed on as it came, but for its credentials and what belongs to the connection; the answer is
passed back piece by piece as it arrives. There is one upstream, and the request cannot choose another: only
origin-form targets are taken, and `Host` must be this machine's. Nothing of a request is ever logged.
"""

import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from runner.blobs import connect
from runner.gateway.budget import Meter
from runner.gateway.conversation import Conversation
from runner.gateway.http_messages import RequestMemory
from runner.gateway.upstream import Upstream

MAX_CONNECTIONS = 64  # an agent must not be able to exhaust the supervisor's memory, nor by `RequestMemory`
CLOSING_SECONDS = 1.0


class Gateway:
    """Serves model calls on one address until it is closed; after that every call is refused."""

    def __init__(self, address: tuple[str, int], upstream: Upstream, meter: Meter) -> None:
        connect(upstream.url)  # says at once when the address is one that may not be used
        self.meter = meter
        self._server = Server(address, Conversation)
        self._server.upstream, self._server.meter = upstream, meter
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        """Listen no more, end what is under way, and wait until it is booked."""
        self._server.closed = True
        threading.Thread(target=self._server.shutdown, daemon=True).start()
        self._server.drop_all()
        self._server.socket.close()


class Server(ThreadingHTTPServer):
    """What the conversations share: the provider, the account, the room for requests, the end."""

    daemon_threads = True
    request_queue_size = 128
    upstream: Upstream
    meter: Meter
    closed = False

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        self.room = RequestMemory()
        self._free = threading.BoundedSemaphore(MAX_CONNECTIONS)
        self.conversations: set[Conversation] = set()
        super().__init__(address, handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Serve a connection in a thread of its own, unless there are too many."""
        if self.closed or not self._free.acquire(blocking=False):
            self.shutdown_request(request)
            return
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Serve a connection to its end."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._free.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: the text could hold what a request held."""

    def drop_all(self) -> None:
        """End every connection on both sides, so that nothing spends any more, and wait for the booking."""
        until = time.monotonic() + CLOSING_SECONDS
        while self.conversations and time.monotonic() < until:
            for conversation in list(self.conversations):
                conversation.drop()
            time.sleep(0.005)
