"""One connection of the agent to the gateway, and the one to the provider that goes with it.

A request is passed on as it came, but for its credentials and what belongs to the connection; the answer is
passed back piece by piece as it arrives. What it used is in its end, so it is read to its end for the count
even when the agent has hung up. Nothing of a request is ever logged.
"""

import contextlib
import http.client
import socket
import time
import zlib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from typing import Any, Protocol, cast

from autocoder.shared.providers import Dialect
from runner.addresses import is_loopback
from runner.gateway import dialects, http_messages
from runner.gateway.budget import Meter
from runner.gateway.metering import Call, Reading
from runner.gateway.upstream import NoAnswerError, Upstream, UpstreamConnection, pieces, shut_down

UNHEARD_SECONDS = 600.0  # how long an answer is read that nobody listens to any more
IDLE_SECONDS = 900
LINGER_SECONDS = 2.0


class Gateway(Protocol):
    """What the conversations of one gateway share."""

    upstream: Upstream
    meter: Meter
    room: http_messages.Room
    conversations: "set[Conversation]"
    closed: bool


class Conversation(BaseHTTPRequestHandler):
    """Serves the calls of one connection, one after the other."""

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
        """Begin, where the server can find it."""
        super().setup()
        self._provider = UpstreamConnection(self._gateway.upstream, lambda: self._gateway.closed)
        self._gateway.conversations.add(self)

    def drop(self) -> None:
        """End both connections, from another thread: whoever waits for one of them wakes up."""
        shut_down(self.connection)
        self._provider.drop()

    def finish(self) -> None:
        """End the connection to the provider with the agent's own."""
        self._provider.close()
        self._gateway.conversations.discard(self)
        with contextlib.suppress(OSError):
            super().finish()

    def pass_on(self) -> None:
        """Pass one request on, or refuse it."""
        path, _, query = self.path.partition("?")
        dialect = dialects.dialect_of(self.command, path)
        try:
            call = self._read(dialect, path)
        except (ValueError, http_messages.UncountableError) as error:
            self.close_connection = True
            self._refuse(400, f"Autocoder: {error}.", dialect)
        except http_messages.TooLargeError as error:
            self.close_connection = True
            self._refuse(413, f"Autocoder: {error}.", dialect)
            self._linger()
        else:
            if self._is_acceptable(path):
                self._admit(call, path + http_messages.without_key(query))
        finally:
            self._forget_body()

    def _read(self, dialect: Dialect | None, path: str) -> Call | None:
        """Take the request in, once there is room for it; returns what the meter must know of it."""
        size = http_messages.size_of(self.headers)
        if not self._gateway.room.take(size, self._is_wanted):
            raise ValueError("the call was given up before it was read")
        self._held = size
        self._body = http_messages.read_body(self.headers, self.rfile)
        self._keep(len(self._body))
        encoding = self.headers.get("Content-Encoding", "")
        return http_messages.read_call(dialect, path, self._body, encoding) if dialect else None

    def _keep(self, size: int) -> None:
        """Go on with *size* bytes of the room that was taken."""
        self._gateway.room.give_back(self._held - size)
        self._held = size

    def _forget_body(self) -> None:
        self._body = b""
        self._keep(0)

    def _is_wanted(self) -> bool:
        """Whether the agent still waits for its answer, and the run goes on."""
        return not (self._gateway.closed or http_messages.is_hung_up(self.connection))

    def _is_acceptable(self, path: str) -> bool:
        """Refuse what is not a plain call to the one upstream."""
        hosts = self.headers.get_all("Host") or []
        host = hosts[0].rpartition(":")[0] or hosts[0] if len(hosts) == 1 else ""
        if self._gateway.closed:
            self._refuse(503, "Autocoder: the run is over.")
        elif not is_loopback(host.strip("[]")):
            self._refuse(400, "Autocoder: this address serves the run's own model calls alone.")
        elif not dialects.is_known(self.command, path):
            self._refuse(404, "Autocoder: this call is not passed on.", dialects.dialect_of("POST", path))
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
        """Make an admitted call; it is booked or taken back, whatever happens."""
        headers = http_messages.passed_on(self.headers)
        headers["Accept-Encoding"] = "identity"  # what is counted must be readable
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
        """Pass the answer back as it arrives; what it used is booked even when somebody hangs up."""
        streamed = "event-stream" in (answer.getheader("Content-Type") or "")
        reading = Reading(call, streamed) if call is not None else None
        is_whole = False
        try:
            is_whole = self._pass_pieces(answer, reading) and not self._gateway.closed
        except (OSError, http.client.HTTPException, zlib.error):
            pass  # the agent is told by an end of its connection before the end of the answer
        finally:
            if not is_whole:
                self.close_connection = True
                self._provider.close()
            if reading is not None:
                tokens = reading.close(is_whole=is_whole)
                self._gateway.meter.book(reading.call, reading.model, tokens)

    def _pass_pieces(self, answer: http.client.HTTPResponse, reading: Reading | None) -> bool:
        """Return whether the answer was read to its end; raises what ended it before."""
        decode = http_messages.decoder(answer.getheader("Content-Encoding") or "")
        chunked = self._begin(answer)
        for piece in pieces(answer):
            if reading is not None:
                reading.feed(decode(piece))
            self._tell(b"%x\r\n%b\r\n" % (len(piece), piece) if chunked else piece)
            if not self._is_read_on(reading):
                return False
        if chunked:
            self._tell(b"0\r\n\r\n")
        answer.close()  # reading leaves it open at its end, and then the connection serves no second call
        return True

    def _is_read_on(self, reading: Reading | None) -> bool:
        """Whether the rest of an answer is wanted: by the agent or, for a while, for the count."""
        if self._unheard_since is None:
            return True
        left = self._unheard_since + UNHEARD_SECONDS - time.monotonic()
        if reading is None or self._gateway.closed or left <= 0:
            return False
        self._provider.hurry(left)
        return True

    def _tell(self, data: bytes) -> None:
        """Write *data* to the agent, as long as it listens."""
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
        """Send the answer's head; returns whether its body goes out in chunks."""
        self.send_response_only(answer.status, answer.reason)
        for name, value in answer.getheaders():
            if name.lower() not in http_messages.OF_THE_CONNECTION and name.lower() != "set-cookie":
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
        """Send the head, as far as the agent listens."""
        with self._listening():
            super().flush_headers()

    def _refuse(self, status: int, message: str, dialect: Dialect | None = None) -> None:
        body = dialects.refusal(dialect, self._gateway.upstream.provider, status, message)
        self.send_response_only(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self._tell(b"" if self.command == "HEAD" else body)

    def _linger(self) -> None:
        """Take in what the agent still sends for a moment: an earlier end would hide the answer."""
        until = time.monotonic() + LINGER_SECONDS
        with contextlib.suppress(OSError):
            self.connection.settimeout(LINGER_SECONDS)
            self.connection.shutdown(socket.SHUT_WR)
            while time.monotonic() < until and self.connection.recv(http_messages.PIECE):
                pass


for _method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT"):
    setattr(Conversation, f"do_{_method}", Conversation.pass_on)
