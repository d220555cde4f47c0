"""One connection of the agent to the gateway, with its connection to the provider.

A request is forwarded unchanged except for credentials and hop-by-hop headers, and the answer is passed back
piece by piece as it arrives. The usage comes with the end of the answer, so the answer is read to its end
even if the agent has hung up. Nothing of a request is ever logged.
https://www.rfc-editor.org/rfc/rfc9110#section-7.6
"""

import contextlib
import http.client
import time
import zlib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from typing import Any, Protocol, cast

from autocoder.shared.providers import Dialect
from runner.gateway import allowed_calls, http_messages
from runner.gateway.budget import Meter
from runner.gateway.metering import AnswerReader, Call
from runner.gateway.request_memory import RequestMemory
from runner.gateway.sockets import drain, is_hung_up, shut_down
from runner.gateway.upstream import NoAnswerError, Upstream, UpstreamConnection, pieces

MAX_UNHEARD_SECONDS = 600.0  # how long an answer is read after the agent has hung up
IDLE_SECONDS = 900


class Gateway(Protocol):
    """The state that all conversations of a gateway share."""

    upstream: Upstream
    meter: Meter
    memory: RequestMemory
    conversations: "set[Conversation]"
    closed: bool


class Conversation(BaseHTTPRequestHandler):
    """Serves the calls of one connection, one after another."""

    protocol_version = "HTTP/1.1"
    timeout = IDLE_SECONDS
    disable_nagle_algorithm = True
    _body: bytes = b""
    _held: int = 0
    _unheard_since: float | None = None

    @property
    def _gateway(self) -> Gateway:
        return cast(Gateway, self.server)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it so
        """Log nothing."""

    def setup(self) -> None:
        """Start, and register with the server, which may have to end the conversation."""
        super().setup()
        self._provider = UpstreamConnection(self._gateway.upstream, lambda: self._gateway.closed)
        self._gateway.conversations.add(self)

    def drop(self) -> None:
        """Shut both connections down from another thread, which wakes the thread that waits for them."""
        shut_down(self.connection)
        self._provider.drop()

    def finish(self) -> None:
        """Close the connection to the provider together with the agent's."""
        self._provider.close()
        self._gateway.conversations.discard(self)
        with contextlib.suppress(OSError):
            super().finish()

    def forward(self) -> None:
        """Forward one request, or refuse it."""
        path, _, query = self.path.partition("?")
        dialect = allowed_calls.dialect_of(self.command, path)
        try:
            call = self._read(dialect, path)
        except (ValueError, http_messages.UncountableError) as error:
            self.close_connection = True
            self._refuse(400, f"Autocoder: {error}.", dialect)
        except http_messages.TooLargeError as error:
            self.close_connection = True
            self._refuse(413, f"Autocoder: {error}.", dialect)
            drain(self.connection)
        else:
            if self._is_acceptable(path):
                self._admit(call, path + http_messages.without_key(query))
        finally:
            self._forget_body()

    def _read(self, dialect: Dialect | None, path: str) -> Call | None:
        """Read the request as soon as there is memory for it; returns what the meter needs to know."""
        size = http_messages.size_of(self.headers)
        if not self._gateway.memory.take(size, self._is_wanted):
            raise ValueError("the call was cancelled before it was read")
        self._held = size
        self._body = http_messages.read_body(self.headers, self.rfile)
        self._keep(len(self._body))
        encoding = self.headers.get("Content-Encoding", "")
        return http_messages.read_call(dialect, path, self._body, encoding) if dialect else None

    def _keep(self, size: int) -> None:
        """Keep *size* bytes of the memory that was taken, and give the rest back."""
        self._gateway.memory.give_back(self._held - size)
        self._held = size

    def _forget_body(self) -> None:
        self._body = b""
        self._keep(0)

    def _is_wanted(self) -> bool:
        """Whether the agent still waits for its answer and the run is still in progress."""
        return not (self._gateway.closed or is_hung_up(self.connection))

    def _is_acceptable(self, path: str) -> bool:
        """Whether the request is a known model call; refuses it otherwise."""
        if self._gateway.closed:
            self._refuse(503, "Autocoder: the run is over.")
        elif not http_messages.is_for_this_machine(self.headers):
            self._refuse(400, "Autocoder: this address only serves the model calls of this run.")
        elif not allowed_calls.is_known(self.command, path):
            self._refuse(404, "Autocoder: this call is not allowed.", allowed_calls.dialect_of("POST", path))
        else:
            return True
        return False

    def _admit(self, call: Call | None, target: str) -> None:
        reason = self._gateway.meter.admit(call, self._is_wanted) if call else ""
        if reason:
            self._refuse(400, f"Autocoder: {reason}.", call.dialect if call else None)
        else:
            self._exchange(call, target)

    def _exchange(self, call: Call | None, target: str) -> None:
        """Make an admitted call, and book it or take it back in every case."""
        headers = http_messages.forwarded(self.headers)
        headers["Accept-Encoding"] = "identity"  # the gateway has to read the answer to count its tokens
        try:
            self._provider.send(self.command, target, self._body, headers)
            self._forget_body()
            answer = self._provider.answer()
        except NoAnswerError as error:
            if call is not None and error.is_served:
                self._gateway.meter.book(call, "", call.estimate)
            elif call is not None:
                self._gateway.meter.take_back(call)
            text = "Autocoder: the model provider could not be reached."
            self._refuse(502, text, call.dialect if call else None)
            return
        if call is not None and not 200 <= answer.status < 300:
            self._gateway.meter.take_back(call)
            call = None
        self._pass_back(answer, call)

    def _pass_back(self, answer: http.client.HTTPResponse, call: Call | None) -> None:
        """Pass the answer back as it arrives, and book its usage even if one side hangs up."""
        streamed = "event-stream" in (answer.getheader("Content-Type") or "")
        reading = AnswerReader(call, streamed) if call is not None else None
        is_whole = False
        try:
            is_whole = self._pass_pieces(answer, reading) and not self._gateway.closed
        except (OSError, http.client.HTTPException, zlib.error):
            pass  # the agent's connection is closed before the end of the answer, which tells the agent
        finally:
            if not is_whole:
                self.close_connection = True
                self._provider.close()
            if reading is not None:
                tokens = reading.close(is_whole=is_whole)
                self._gateway.meter.book(reading.call, reading.model, tokens)

    def _pass_pieces(self, answer: http.client.HTTPResponse, reading: AnswerReader | None) -> bool:
        """Return whether the answer was read to its end.

        Raises `OSError`, `HTTPException` or `zlib.error` when the answer is cut off or cannot be decoded.
        """
        decode = http_messages.decoder(answer.getheader("Content-Encoding") or "")
        chunked = self._begin(answer)
        for piece in pieces(answer):
            if reading is not None:
                reading.feed(decode(piece))
            self._write(b"%x\r\n%b\r\n" % (len(piece), piece) if chunked else piece)
            if not self._is_read_on(reading):
                return False
        if chunked:
            self._write(b"0\r\n\r\n")
        answer.close()  # otherwise the connection could not be used for a second call
        return True

    def _is_read_on(self, reading: AnswerReader | None) -> bool:
        """Whether to read the rest of the answer, for the agent or, for a while, to count its tokens."""
        if self._unheard_since is None:
            return True
        left = self._unheard_since + MAX_UNHEARD_SECONDS - time.monotonic()
        if reading is None or self._gateway.closed or left <= 0:
            return False
        self._provider.hurry(left)
        return True

    def _write(self, data: bytes) -> None:
        """Write *data* to the agent, unless it has hung up."""
        if self._unheard_since is None:
            with self._listening():
                self.wfile.write(data)

    @contextlib.contextmanager
    def _listening(self) -> Iterator[None]:
        try:
            yield
        except OSError:
            self._unheard_since = self._unheard_since or time.monotonic()
            self.close_connection = True

    def _begin(self, answer: http.client.HTTPResponse) -> bool:
        """Send the status line and headers; returns whether the body is sent in chunks."""
        self.send_response_only(answer.status, answer.reason)
        for name, value in answer.getheaders():
            if name.lower() not in http_messages.HOP_BY_HOP and name.lower() != "set-cookie":
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

    def flush_headers(self) -> None:
        """Send the headers, unless the agent has hung up."""
        with self._listening():
            super().flush_headers()

    def _refuse(self, status: int, message: str, dialect: Dialect | None = None) -> None:
        body = allowed_calls.refusal(dialect, self._gateway.upstream.provider, status, message)
        self.send_response_only(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self._write(b"" if self.command == "HEAD" else body)


for _method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT"):
    setattr(Conversation, f"do_{_method}", Conversation.forward)
