"""The part of a conversation that answers the agent, piece by piece as the provider's answer arrives.

The usage comes with the end of an answer, so it is read to its end even if the agent has hung up.
https://www.rfc-editor.org/rfc/rfc9112#section-7.1
"""

import contextlib
import http.client
import time
import zlib
from collections.abc import Iterable, Iterator
from http.server import BaseHTTPRequestHandler
from typing import Protocol, cast

from autocoder.shared.model_failures import ModelFailure
from autocoder.shared.providers import Dialect
from runner.gateway import allowed_calls, http_messages
from runner.gateway.budget import Meter
from runner.gateway.failed_try import FailedTry
from runner.gateway.finishing import Finishing
from runner.gateway.metering import AnswerReader, Call
from runner.gateway.patience import Patience
from runner.gateway.record import CallRecord
from runner.gateway.request_memory import RequestMemory
from runner.gateway.sockets import shut_down
from runner.gateway.upstream import Upstream, UpstreamConnection, pieces

MAX_UNHEARD_SECONDS = 600.0  # how long an answer is read after the agent has hung up


class Gateway(Protocol):
    """The state that all conversations of a gateway share."""

    upstream: Upstream
    meter: Meter
    memory: RequestMemory  # for requests until they are sent
    kept: RequestMemory  # for requests that may have to be sent again
    patience: Patience
    finishing: Finishing
    record: CallRecord
    conversations: "set[Answering]"
    closed: bool


class Answering(BaseHTTPRequestHandler):
    """Passes answers and refusals to the agent, and books what they have used."""

    _provider: UpstreamConnection
    _unheard_since: float | None = None

    def drop(self) -> None:
        """Shut both connections down from another thread, which wakes the thread that waits for them."""
        shut_down(self.connection)
        self._provider.drop()

    @property
    def _gateway(self) -> Gateway:
        return cast(Gateway, self.server)

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
                self._judge(reading, is_whole=is_whole)

    def _judge(self, reading: AnswerReader, *, is_whole: bool) -> None:
        """Note whether the call was served in the end; an answer that nobody waits for says nothing."""
        failure = reading.failure
        if failure is None and not is_whole:
            if self._unheard_since is not None or self._gateway.closed:
                return
            failure = ModelFailure("network", said="the answer was cut off")
        self._gateway.record.ended(failure, is_turn=reading.call.is_turn)

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
        self._send_headers(answer.getheaders())
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

    def _pass_failure(self, failed: FailedTry, dialect: Dialect) -> None:
        """Pass on the provider's answer to a try that failed, or say that there is none."""
        if failed.status is None:
            self._refuse(502, "Autocoder: the model provider could not be reached.", dialect)
            return
        self.send_response_only(failed.status, failed.reason)
        self._send_headers(failed.headers)
        self.send_header("Content-Length", str(len(failed.body)))
        self.end_headers()
        self._write(failed.body)

    def _send_headers(self, headers: Iterable[tuple[str, str]]) -> None:
        for name, value in headers:
            if name.lower() not in http_messages.HOP_BY_HOP and name.lower() != "set-cookie":
                self.send_header(name, value)

    def _refuse(self, status: int, message: str, dialect: Dialect | None = None) -> None:
        body = allowed_calls.refusal(dialect, self._gateway.upstream.provider, status, message)
        self.send_response_only(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self._write(b"" if self.command == "HEAD" else body)
