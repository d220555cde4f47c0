"""How long the gateway waits for a provider that does not serve a call now, but may do so soon.

A provider that is overloaded or limits the rate of calls says so with 429, 503 or 529, often with the time to
wait; agents give up after seconds. The gateway waits instead, while the agent's connection stays open:

- 240 seconds in one call, because Node's `fetch` and some agents wait 300 seconds for an answer's headers
  (https://undici.nodejs.org/#/docs/api/Client?id=parameter-clientoptions); 50 in one of Gemini CLI, which
  waits 60. The agent then gets the provider's answer, and its own next try goes on waiting.
- 600 seconds in all calls together since the provider last served one. Later calls fail at once.
- never into the last seconds of the run, so that the agent can end by itself and say why.

After a server's own error (500, 502, 504) there are two further tries at most. `x-ratelimit-reset-*` of
OpenAI is not used: it tells when a limit is back at its full size, which is later than when a call fits
again.
https://platform.claude.com/docs/en/api/rate-limits#response-headers
https://developers.openai.com/api/docs/guides/rate-limits
https://learn.microsoft.com/azure/ai-foundry/openai/how-to/quota
https://github.com/googleapis/googleapis/blob/master/google/rpc/error_details.proto
"""

import math
import random
import re
import threading
import time
from collections.abc import Mapping
from typing import NamedTuple

from autocoder.shared.model_failures import ModelFailure
from autocoder.shared.retry_after import MAX_WAIT_SECONDS, wait_seconds

MAX_SERVER_ERRORS = 2  # further tries after an error that does not say that the call was not begun
_BUSY = frozenset({429, 503, 529})
_DELAY = re.compile(rb'"retryDelay"\s*:\s*"(\d{1,9}(?:\.\d{1,9})?)s"')  # of Google's RetryInfo


class Waits(NamedTuple):
    """The limits of waiting, in seconds."""

    first: float = 1.0  # the first pause; each one is twice as long as the one before
    longest: float = 60.0
    in_call: float = 240.0
    in_all: float = 600.0
    reserve: float = 20.0  # of the run's time that is not spent on waiting


class RunTime(NamedTuple):
    """The time that a run may take: its length in seconds, and when it began on the monotonic clock."""

    seconds: float
    began: float

    @property
    def left(self) -> float:
        """The seconds until the run's end."""
        return self.began + self.seconds - time.monotonic()

    @property
    def share(self) -> float:
        """The part of the time that has passed."""
        return 1 - self.left / self.seconds if self.seconds > 0 else 1.0


class Patience:
    """The patience of a run with its provider, which all calls share; a call that is served restores it."""

    def __init__(self, waits: Waits, run_time: RunTime | None) -> None:
        self.waits, self._run_time = waits, run_time
        self._lock = threading.Lock()
        self._waiting_since: float | None = None

    def begin(self) -> None:
        """Count the time from now on, if it is not counted yet."""
        with self._lock:
            self._waiting_since = self._waiting_since or time.monotonic()

    def restore(self) -> bool:
        """Note that the provider serves again; returns whether it had been waited for."""
        with self._lock:
            waited, self._waiting_since = self._waiting_since is not None, None
            return waited

    @property
    def left(self) -> float:
        """How many seconds may still be waited."""
        with self._lock:
            since = self._waiting_since
        left = self.waits.in_all - (0.0 if since is None else time.monotonic() - since)
        return left if self._run_time is None else min(left, self._run_time.left - self.waits.reserve)


class Tries:
    """The tries of one call."""

    def __init__(self, patience: Patience, agent_waits: float = math.inf) -> None:
        """Prepare a call whose agent waits *agent_waits* seconds for its answer to begin."""
        self._patience, self._agent_waits = patience, agent_waits
        self._made = self._server_errors = 0
        self._until: float | None = None  # when this call gives up

    def pause_after(self, failure: ModelFailure, asked: float | None) -> float | None:
        """Return for how many seconds to wait before the next try, or None to give up.

        *asked* is for how long the provider wants to be left alone, if it said so.
        """
        self._made += 1
        if not self._is_worth_it(failure):
            return None
        waits = self._patience.waits
        grown = min(waits.longest, waits.first * 2 ** min(self._made - 1, 20))
        grown *= random.uniform(0.5, 1.0)  # noqa: S311 - so that calls do not come back all at once
        pause = grown if asked is None else asked if self._made == 1 else max(asked, grown)
        if pause >= self._patience.left:
            return None
        self._patience.begin()
        self._until = self._until or time.monotonic() + min(waits.in_call, self._agent_waits)
        return pause

    def is_too_long(self, pause: float) -> bool:
        """Whether *pause* ends after the agent may have given up its call."""
        return self._until is not None and time.monotonic() + pause > self._until

    @property
    def seconds_left(self) -> float:
        """For how many seconds this call may still be waited for."""
        return max(0.0, (self._until or 0.0) - time.monotonic())

    def _is_worth_it(self, failure: ModelFailure) -> bool:
        if not failure.passes:
            return False
        if failure.status is None or failure.status in _BUSY:
            return True
        self._server_errors += 1
        return self._server_errors <= MAX_SERVER_ERRORS


def asked_seconds(headers: Mapping[str, str], body: bytes) -> float | None:
    """Return how many seconds an answer asks to wait, at most ten minutes; None if it does not say so."""
    milliseconds = (headers.get("retry-after-ms") or "").strip()
    if milliseconds.isascii() and milliseconds.isdigit():
        return min(int(milliseconds[:12]) / 1000, MAX_WAIT_SECONDS)
    asked = wait_seconds(headers.get("retry-after"), -1.0)
    if asked >= 0:
        return asked
    delay = _DELAY.search(body)
    return None if delay is None else min(float(delay[1]), MAX_WAIT_SECONDS)
