"""The readable log: one line for each event of the agent, with the time since its start.

    0:03  said    I will look at the project first.
    0:03  tool    Read README.md
    0:04  result  # tidy-names (25 lines)
    0:06  usage   3 turns, 16,723 tokens in, 200,613 cached, 1,058 out, $0.0641
    0:07  model   The model provider was overloaded or had an error of its own (529); waiting 4 s.
    0:12  end     finished

Every line begins with a time and a word of this module, so that no text of the agent can forge a line.
"""

import time
from collections.abc import Callable, Mapping
from typing import Any

from autocoder.shared.redaction import OVERLAP, Redactor
from runner.supervisor.events import MAX_EVENT, Event, EventTable
from runner.supervisor.one_line import one_line

MAX_READABLE = 8_000_000  # characters of the log; only usage and the end follow
MAX_LENGTHS = dict.fromkeys(("said", "model", "error", "end"), 1_000)  # characters of a line's text
DEFAULT_LENGTH = 200
MAX_CALLS = 100  # whose results may come later than the next call
ALWAYS_WRITTEN = ("usage", "end")  # even when the log is full
USAGE_SECONDS = 5.0  # between two lines about usage
CUT = "the log is too long; most of the rest is not shown"


class ReadableLog:
    """Turns the redacted output of an agent, in pieces, into the lines of the readable log.

    A line longer than MAX_EVENT is cut and shown as text.
    *usage* returns the gateway's counters, *clock* the seconds since any moment.
    """

    def __init__(
        self,
        table: EventTable,
        redactor: Redactor,
        usage: Callable[[], Mapping[str, Any]],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._table, self._redactor, self._usage, self._clock = table, redactor, usage, clock
        self._began: float | None = None
        self._line: list[str] = []  # parts of the line that has not ended yet
        self._length = 0
        self._is_long = False  # the rest of the line is skipped
        self._calls: dict[str, str] = {}
        self._last_call, self._shown = "", ""  # the latest tool call, and the latest message or error
        self._message = ""  # the pieces of a message that has not ended
        self._counted: Mapping[str, Any] = {}
        self._next_usage = 0.0
        self._lines: list[str] = []
        self._written, self._is_full, self._hides_text = 0, False, False

    def begin(self) -> None:
        """Count the time from now on, if it is not counted yet."""
        if self._began is None:
            self._began = self._clock()

    def feed(self, text: str) -> str:
        """Add the next piece of output; return the new lines."""
        self.begin()
        *whole, rest = text.split("\n")
        for part in whole:
            self._add(part)
            self._end_line()
        self._add(rest)
        return self._taken()

    def note(self, text: str) -> None:
        """Add a line about the model calls; it comes with the next ones."""
        self._write("model", text)

    def hide_text(self) -> str:
        """Leave out from now on what is not an event, because the output is no longer redacted before."""
        self._hides_text = True
        self._write("output", f"[{CUT}]")
        return self._taken()

    def skip(self) -> str:
        """Forget the line that has not ended, and start again after the next line break."""
        self._line, self._length, self._is_long = [], 0, True
        return "" if self._hides_text else self.hide_text()

    def close(self) -> str:
        """Return the last lines, with the usage of the whole run."""
        self._end_line()
        self._end_message()
        self._show_usage(always=True)
        return self._taken()

    def _add(self, part: str) -> None:
        if self._is_long or not part:
            return
        self._line.append(part)
        self._length += len(part)
        if self._length > MAX_EVENT:
            self._text_line("".join(self._line)[: DEFAULT_LENGTH + OVERLAP])
            self._line, self._length, self._is_long = [], 0, True

    def _end_line(self) -> None:
        line, self._line, self._length, self._is_long = "".join(self._line), [], 0, False
        if not line:
            return
        events = self._table.read(line)
        if events is None:
            self._text_line(line[: DEFAULT_LENGTH + OVERLAP])
            return
        for event in events:
            self._event(event)
        if not events:
            self._end_message()

    def _text_line(self, line: str) -> None:
        if not self._hides_text:
            self._write("said" if self._table.is_empty else "output", line)

    def _event(self, event: Event) -> None:
        if event.joined:
            if len(self._message) < OVERLAP:
                self._message += event.text[:OVERLAP]
            return
        self._end_message()
        if event.kind == "said":
            self._say(event.text)
        elif event.kind == "tool":
            self._call(event)
        elif event.kind == "result":
            self._result(event)
        elif event.kind == "usage":
            self._show_usage()
        elif event.kind == "error":
            self._shown = event.text
            self._write("error", event.text)
        else:
            self._end(event)

    def _say(self, text: str) -> None:
        self._shown = text
        self._write("said", text)

    def _end_message(self) -> None:
        if self._message:
            text, self._message = self._message, ""
            self._say(text)

    def _call(self, event: Event) -> None:
        self._last_call = event.call
        self._calls[event.call] = event.name
        if len(self._calls) > MAX_CALLS:
            del self._calls[next(iter(self._calls))]
        self._write("tool", f"{event.name} {event.text}")

    def _result(self, event: Event) -> None:
        """Write a result in short; one that does not follow its call is written with the tool's name."""
        name = self._calls.pop(event.call, "") if event.call != self._last_call else ""
        text, suffix = event.text.strip() or "ok", ""
        if event.failed:
            text = f"failed: {text}"
        elif "\n" in text:
            suffix = f" ({1 + text.count(chr(10)):,} lines)"
            text = text.partition("\n")[0]
        self._write("result", f"{name}: {text}" if name else text, suffix)

    def _end(self, event: Event) -> None:
        is_new = one_line(event.text[:OVERLAP]) != one_line(self._shown[:OVERLAP])
        told = event.text if is_new else ""
        how = "failed" if event.failed else "finished"
        self._write("end", f"{how}: {told}" if told.strip() else how)

    def _show_usage(self, *, always: bool = False) -> None:
        now, usage = self._clock(), self._usage()
        if usage == self._counted or not usage.get("turns") or (now < self._next_usage and not always):
            return
        self._counted, self._next_usage = dict(usage), now + USAGE_SECONDS
        self._write("usage", usage_text(usage))

    def _write(self, word: str, text: str, suffix: str = "") -> None:
        """Add a line. What JSON or terminal escapes hid from the redactor is redacted before the cut."""
        if self._is_full and word not in ALWAYS_WRITTEN:
            return
        limit = MAX_LENGTHS.get(word, DEFAULT_LENGTH)
        part = text[: limit + OVERLAP]
        plain = one_line(part)
        if word != "output" or plain != part:
            plain = self._redactor.redact(plain)
        plain = (plain if len(plain) <= limit else plain[: limit - 1] + "…") + suffix
        if not plain:
            return
        self._put(word, plain)
        if self._written > MAX_READABLE and not self._is_full:
            self._is_full = True
            self._put("output", f"[{CUT}]")

    def _put(self, word: str, text: str) -> None:
        now = self._clock()
        minutes, seconds = divmod(int(now - (now if self._began is None else self._began)), 60)
        line = f"{minutes:>3}:{seconds:02}  {word:<6}  {text}\n"
        self._written += len(line)
        self._lines.append(line)

    def _taken(self) -> str:
        lines, self._lines = "".join(self._lines), []
        return lines


def usage_text(usage: Mapping[str, Any]) -> str:
    """Return the turns, tokens and dollars of *usage*, in the form of `usage` in result.json."""
    turns, cost = usage["turns"], usage.get("costUsd")
    return ", ".join(
        (
            f"{turns:,} turn{'' if turns == 1 else 's'}",
            f"{usage['inputTokens']:,} tokens in",
            f"{usage['cachedTokens']:,} cached",
            f"{usage['outputTokens']:,} out",
            "cost unknown" if cost is None else f"${cost:,.4f}",
        )
    )
