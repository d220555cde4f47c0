"""The only way from the agent to a model: a loopback server that adds the key, counts, and keeps the budget.

A request is passed on as it came, but for its credentials and what belongs to the connection; the answer is
passed back piece by piece as it arrives. There is one upstream, and the request cannot choose another: only
origin-form targets are taken, and `Host` must be this machine's. Nothing of a request is ever logged.
"""

import contextlib
import http.client
import socket
import threading
import time
import zlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from runner import dialects, wire
from runner.addresses import is_loopback
from runner.blobs import ExchangeError, connect, is_stale
from runner.budget import Meter
from runner.metering import Call, Reading

MOST_CONNECTIONS = 64  # an agent must not be able to exhaust the supervisor's memory
UPSTREAM_SECONDS = 600
IDLE_SECONDS = 900
CLOSING_SECONDS = 1.0
PIECE = 65536


class Upstream(NamedTuple):
    """The provider: which dialect its refusals have, its address, and the run's key for it."""

    provider: str
    url: str
    key: str

    def __repr__(self) -> str:
        """Tell nothing of the key."""
        return f"Upstream({self.provider}, {self.url})"


class Gateway:
    """Serves model calls on one address until it is closed; after that every call is refused."""

    def __init__(self, address: tuple[str, int], upstream: Upstream, meter: Meter) -> None:
        connect(upstream.url)  # says at once when the address is one that may not be used
        self.meter = meter
        self._server = _Server(address, _Conversation)
        self._server.upstream, self._server.meter = upstream, meter
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        """Listen no more, end what is under way, and wait until it is booked."""
        self._server.closed = True
        threading.Thread(target=self._server.shutdown, daemon=True).start()
        self._server.drop_all()
        self._server.socket.close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    upstream: Upstream
    meter: Meter
    closed = False

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        self._free = threading.BoundedSemaphore(MOST_CONNECTIONS)
        self.conversations: set[_Conversation] = set()
        super().__init__(address, handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        if self.closed or not self._free.acquire(blocking=False):
            self.shutdown_request(request)
            return
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
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


class _Conversation(BaseHTTPRequestHandler):
    """One connection of the agent, and the one to the provider that goes with it."""

    protocol_version = "HTTP/1.1"
    server: _Server
    timeout = IDLE_SECONDS
    disable_nagle_algorithm = True
    _connection: http.client.HTTPConnection | None = None

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it so
        """Log nothing."""

    def setup(self) -> None:
        """Begin, where the server can find it."""
        super().setup()
        self.server.conversations.add(self)

    def drop(self) -> None:
        """End both connections, from another thread: whoever waits for one of them wakes up."""
        for side in (self.connection, getattr(self._connection, "sock", None)):
            if side is not None:
                with contextlib.suppress(OSError):
                    side.shutdown(socket.SHUT_RDWR)

    def finish(self) -> None:
        """End the connection to the provider with the agent's own."""
        self._disconnect()
        self.server.conversations.discard(self)
        with contextlib.suppress(OSError):
            super().finish()

    def pass_on(self) -> None:
        """Pass one request on, or refuse it."""
        path, _, query = self.path.partition("?")
        dialect = dialects.dialect_of(self.command, path)
        try:
            body = wire.read_body(self.headers, self.rfile)
            call = dialect and wire.read_call(dialect, path, body, self.headers.get("Content-Encoding", ""))
        except (ValueError, wire.UncountableError) as error:
            self.close_connection = True
            self._refuse(400, f"Autocoder: {error}.", dialect)
            return
        if self._is_acceptable(path):
            reason = self.server.meter.admit(call, self._is_wanted) if call else ""
            if reason:
                self._refuse(400, f"Autocoder: {reason}.", dialect)
            else:
                self._exchange(call, path, query, body)

    def _is_wanted(self) -> bool:
        """Whether the agent still waits for its answer, and the run goes on."""
        return not (self.server.closed or wire.is_hung_up(self.connection))

    def _is_acceptable(self, path: str) -> bool:
        """Refuse what is not a plain call to the one upstream."""
        hosts = self.headers.get_all("Host") or []
        host = hosts[0].rpartition(":")[0] or hosts[0] if len(hosts) == 1 else ""
        if self.server.closed:
            self._refuse(503, "Autocoder: the run is over.")
        elif not is_loopback(host.strip("[]")):
            self._refuse(400, "Autocoder: this address serves the run's own model calls alone.")
        elif not dialects.is_known(self.command, path):
            self._refuse(404, "Autocoder: this call is not passed on.", dialects.dialect_of("POST", path))
        else:
            return True
        return False

    def _exchange(self, call: Call | None, path: str, query: str, body: bytes) -> None:
        try:
            answer = self._ask(path, query, body)
        except (OSError, ValueError, http.client.HTTPException, ExchangeError):
            self._disconnect()
            if call is not None:
                self.server.meter.take_back(call)
            text = "Autocoder: the model provider could not be reached."
            self._refuse(502, text, call.dialect if call else None)
            return
        if call is not None and answer.status >= 400:
            self.server.meter.take_back(call)
            call = None
        streamed = "event-stream" in (answer.getheader("Content-Type") or "")
        self._answer(answer, Reading(call, streamed) if call is not None else None)

    def _ask(self, path: str, query: str, body: bytes) -> http.client.HTTPResponse:
        """Send the call to the provider with its key, and return the answer's beginning."""
        upstream = self.server.upstream
        headers = wire.passed_on(self.headers)
        headers["Accept-Encoding"] = "identity"  # what is counted must be readable
        if upstream.key:
            name, value = dialects.key_header(upstream.provider, upstream.key)
            headers[name] = value
        if body or self.command == "POST":
            headers["Content-Length"] = str(len(body))
        if self._connection is not None and is_stale(self._connection):
            self._disconnect()
        if self._connection is None:
            self._connection = connect(upstream.url, UPSTREAM_SECONDS)
        target = urlsplit(upstream.url).path.rstrip("/") + path + wire.without_key(query)
        self._connection.request(self.command, target, body or None, headers)
        return self._connection.getresponse()

    def _answer(self, answer: http.client.HTTPResponse, reading: Reading | None) -> None:
        """Pass the answer back as it arrives; what was used is booked even when somebody hangs up."""
        decode = wire.decoder(answer.getheader("Content-Encoding") or "")
        try:
            chunked = self._begin(answer)
            while piece := answer.read1(PIECE):
                if reading is not None:
                    reading.feed(decode(piece))
                self.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece) if chunked else piece)
            if chunked:
                self.wfile.write(b"0\r\n\r\n")
            answer.close()  # read1 leaves it open at its end, and then the connection serves no second call
        except (OSError, http.client.HTTPException, zlib.error):
            self.close_connection = True
            self._disconnect()
        finally:
            if reading is not None:
                tokens = reading.close()
                self.server.meter.book(reading.call, reading.model, tokens)

    def _begin(self, answer: http.client.HTTPResponse) -> bool:
        """Send the answer's head; returns whether its body goes out in chunks."""
        self.send_response_only(answer.status, answer.reason)
        for name, value in answer.getheaders():
            if name.lower() not in wire.OF_THE_CONNECTION and name.lower() != "set-cookie":
                self.send_header(name, value)
        bodiless = self.command == "HEAD" or answer.status in (204, 304)
        length = answer.getheader("Content-Length")
        if length is not None:
            self.send_header("Content-Length", length)
        chunked = length is None and not bodiless
        if chunked:
            self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        return chunked

    def _refuse(self, status: int, message: str, dialect: dialects.Dialect | None = None) -> None:
        body = dialects.refusal(dialect, self.server.upstream.provider, status, message)
        with contextlib.suppress(OSError):
            self.send_response_only(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(b"" if self.command == "HEAD" else body)

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


for _method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT"):
    setattr(_Conversation, f"do_{_method}", _Conversation.pass_on)
