"""One connection of the agent to the gateway, with its connection to the provider.

A request is forwarded unchanged except for credentials and hop-by-hop headers, and for the words that
tell the agent to finish when most of a budget is used. It is sent again after a failure that passes, if
the provider has not served it: after an answer that says so, and when it could not be sent as a whole. A
call that is lost later than that may have been billed, so it is booked, and the agent decides whether to
make it again. Nothing of a request is ever logged.
https://www.rfc-editor.org/rfc/rfc9110#section-7.6
"""

import contextlib
import http.client
import time
from typing import Any

from autocoder.shared.model_failures import ModelFailure
from autocoder.shared.providers import Dialect
from runner.gateway import allowed_calls, http_messages
from runner.gateway.answering import Answering
from runner.gateway.failed_try import FailedTry
from runner.gateway.metering import Call
from runner.gateway.patience import Tries
from runner.gateway.sockets import drain, is_hung_up
from runner.gateway.upstream import NoAnswerError, UpstreamConnection

IDLE_SECONDS = 900
LOOK_SECONDS = 0.05  # how often a call that waits for the provider checks that the agent still wants it
NO_ANSWER = "the connection broke off before the answer"
NO_CONNECTION = "no connection"


class Conversation(Answering):
    """Serves the calls of one connection, one after another."""

    protocol_version = "HTTP/1.1"
    timeout = IDLE_SECONDS
    disable_nagle_algorithm = True
    _body: bytes = b""
    _held: int = 0
    _kept: int | None = None  # bytes of the body, if it may be sent again
    _why_finish: str = ""

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it so
        """Log nothing."""

    def setup(self) -> None:
        """Start, and register with the server, which may have to end the conversation."""
        super().setup()
        self._provider = UpstreamConnection(self._gateway.upstream, lambda: self._gateway.closed)
        self._gateway.conversations.add(self)

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
        return self._read_call(dialect, path) if dialect else None

    def _read_call(self, dialect: Dialect, path: str) -> Call:
        encoding, why = self.headers.get("Content-Encoding", ""), self._gateway.finishing.why
        read = http_messages.read_call(dialect, path, self._body, encoding, why)
        self._why_finish = ""
        if read.body is not None and self._has_room(len(read.body)):  # else the agent's own body is sent
            self._body, self._why_finish = read.body, why
            del self.headers["Content-Encoding"]
        return read.call

    def _has_room(self, size: int) -> bool:
        """Take the memory for a body of *size* bytes in place of the one that was read, if there is room."""
        if size <= self._held:
            self._keep(size)
            return True
        if not self._gateway.memory.take(size - self._held, lambda: False):
            return False
        self._held = size
        return True

    def _keep(self, size: int) -> None:
        """Keep *size* bytes of the memory that was taken, and give the rest back."""
        self._gateway.memory.give_back(self._held - size)
        self._held = size

    def _keep_to_send_again(self) -> None:
        """Keep the body until the answer begins, if there is room, without standing in the way of others."""
        size = len(self._body)
        if self._gateway.kept.take(size, lambda: False):
            self._kept = size
            self._keep(0)

    def _forget_body(self) -> None:
        self._body = b""
        self._keep(0)
        if self._kept is not None:
            self._gateway.kept.give_back(self._kept)
            self._kept = None

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
        """Make a call that the budget allows."""
        if call is None:
            self._ask(target)
        elif self._is_admitted(call):
            self._generate(call, target)

    def _is_admitted(self, call: Call) -> bool:
        reason = self._gateway.meter.admit(call, self._is_wanted)
        if reason:
            self._refuse(400, f"Autocoder: {reason}.", call.dialect)
        return not reason

    def _headers(self) -> dict[str, str]:
        # The gateway has to read the answer to count its tokens.
        return {**http_messages.forwarded(self.headers), "Accept-Encoding": "identity"}

    def _ask(self, target: str) -> None:
        """Make a call that costs nothing."""
        try:
            self._provider.send(self.command, target, self._body, self._headers())
            self._forget_body()
            answer = self._provider.answer()
        except NoAnswerError:
            self._refuse(502, "Autocoder: the model provider could not be reached.")
        else:
            self._pass_back(answer, None)

    def _generate(self, call: Call, target: str) -> None:
        """Make an admitted call, again after each failure that passes, and book it or take it back."""
        gateway = self._gateway
        tries = Tries(gateway.patience, call.dialect.patience)
        self._keep_to_send_again()
        while isinstance(tried := self._try(call, target), FailedTry):
            if self._is_wanted():  # an agent that has hung up may have gone on without the answer
                gateway.record.ended(tried.failure, is_turn=call.is_turn)
            if self._kept is None or not self._has_waited(tries, tried):
                self._pass_failure(tried, call.dialect)
                return
            if not self._is_admitted(call):
                return
        self._forget_body()
        if gateway.patience.restore():
            gateway.record.serves_again()
        if self._why_finish:
            gateway.record.tell(self._why_finish)
        self._pass_back(tried, call)

    def _try(self, call: Call, target: str) -> http.client.HTTPResponse | FailedTry:
        """Return the answer of an admitted call, or why it has none; books what a lost call may have used."""
        try:
            self._provider.send(self.command, target, self._body, self._headers())
            if self._kept is None:
                self._forget_body()
            answer = self._provider.answer()
            if 200 <= answer.status < 300:
                return answer
            failed = self._provider.failed(answer)
        except NoAnswerError as error:
            if error.is_served:
                self._gateway.meter.book(call, "", call.estimate)
                return FailedTry(ModelFailure("network", said=NO_ANSWER))
            failed = FailedTry(
                ModelFailure("network", said=NO_CONNECTION, passes=True), 0.0 if error.was_idle else None
            )
        self._gateway.meter.take_back(call)
        return failed

    def _has_waited(self, tries: Tries, failed: FailedTry) -> bool:
        """Wait for the provider if that is worth it; returns whether to try again."""
        pause = tries.pause_after(failed.failure, failed.asks)
        if pause is None:
            return False
        if pause > 0:
            self._gateway.record.waits(failed.failure, pause)
        is_long = tries.is_too_long(pause)
        until = time.monotonic() + (tries.seconds_left if is_long else pause)
        while (left := until - time.monotonic()) > 0 and self._is_wanted():
            time.sleep(min(left, LOOK_SECONDS))
        return not is_long and self._is_wanted()


for _method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT"):
    setattr(Conversation, f"do_{_method}", Conversation.forward)
