"""Counts the tokens of model calls.

Tokens are taken from the provider's own answer. Where a stream ends without saying, they are estimated from
its size, so that an agent cannot hide them by hanging up. Cached tokens are counted apart, as each provider
reports them: OpenAI's and Gemini's input includes them, Anthropic's does not. Tokens written to a cache are
input at a price of their own.
"""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from runner.dialects import Dialect

CHARACTERS_PER_TOKEN = 4
UNSAID_OUTPUT = 16_384  # tokens of output that a call may use which sets no limit itself
_LONGEST_EVENT = 16_000_000


class Tokens(NamedTuple):
    """What one call has used."""

    input: int = 0  # neither cached nor written to a cache
    cached: int = 0
    written: int = 0
    output: int = 0


class Call(NamedTuple):
    """One call that generates: its dialect, the models it may be priced by, whether it is a turn."""

    dialect: Dialect
    models: tuple[str, ...] = ()
    is_turn: bool = True
    request_bytes: int = 0
    most_output: int = UNSAID_OUTPUT

    @property
    def estimate(self) -> Tokens:
        """What it may use at most: all of its input new, and all the output that it allows."""
        return Tokens(self.request_bytes // CHARACTERS_PER_TOKEN, output=self.most_output)


def tokens_of(dialect: Dialect, usage: Mapping[str, Any]) -> Tokens:
    """Return the tokens that *usage*, as that dialect writes it, reports."""
    if dialect == "anthropic":
        return Tokens(
            _number(usage, "input_tokens"),
            _number(usage, "cache_read_input_tokens"),
            _number(usage, "cache_creation_input_tokens"),
            _number(usage, "output_tokens"),
        )
    if dialect == "gemini":
        cached = _number(usage, "cachedContentTokenCount")
        output = _number(usage, "candidatesTokenCount") + _number(usage, "thoughtsTokenCount")
        prompt = _number(usage, "promptTokenCount") + _number(usage, "toolUsePromptTokenCount")
        return Tokens(max(0, prompt - cached), cached, 0, output)
    prefix = ("prompt", "completion") if dialect == "chat" else ("input", "output")
    details = usage.get(f"{prefix[0]}_tokens_details")
    cached = _number(details, "cached_tokens") if isinstance(details, dict) else 0
    prompt = _number(usage, f"{prefix[0]}_tokens")
    return Tokens(max(0, prompt - cached), cached, 0, _number(usage, f"{prefix[1]}_tokens"))


def _number(usage: Mapping[str, Any], name: str) -> int:
    value = usage.get(name)
    return max(0, int(value)) if isinstance(value, int | float) else 0


class Reading:
    """Reads one answer as it passes by, in pieces: the usage and the model that it names."""

    def __init__(self, call: Call, streamed: bool) -> None:
        self.call, self.streamed = call, streamed
        self.usage: dict[str, Any] = {}
        self.model = ""
        self.complete = False
        self._events = 0
        self._kept = b""

    def feed(self, piece: bytes) -> None:
        """Take in the next piece of the body."""
        self._kept += piece
        if self.streamed:
            *lines, self._kept = self._kept.split(b"\n")
            for line in lines:
                self._line(line)
        if len(self._kept) > _LONGEST_EVENT:
            self._kept = b""

    def close(self) -> Tokens:
        """Return what the call has used; estimated where the answer did not say."""
        if self.streamed:
            self._line(self._kept)
        else:
            self._take(self._kept)
        said = tokens_of(self.call.dialect, self.usage)
        if self.complete and self.usage:
            return said
        return Tokens(
            said.input or (0 if self.usage else self.call.request_bytes // CHARACTERS_PER_TOKEN),
            said.cached,
            said.written,
            max(said.output, self._events if self.streamed else len(self._kept) // CHARACTERS_PER_TOKEN),
        )

    def _line(self, line: bytes) -> None:
        if not line.startswith(b"data:"):
            return
        self._events += 1
        # The few events that matter; a line of text that merely speaks of them is parsed in vain.
        if b'"usage' in line or b'"model' in line or b'"message_stop"' in line:
            self._take(line[5:])

    def _take(self, text: bytes) -> None:
        try:
            value = json.loads(text)
        except ValueError:
            return
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, dict):
                self._merge(item)

    def _merge(self, item: dict[str, Any]) -> None:
        """Take the usage out of one answer or event; later numbers stand for the earlier ones."""
        for holder in (item.get("message"), item.get("response"), item):
            if not isinstance(holder, dict):
                continue
            model = holder.get("model") or holder.get("modelVersion")
            self.model = model if isinstance(model, str) else self.model
            usage = holder.get("usage") or holder.get("usageMetadata")
            if isinstance(usage, dict):
                self.usage |= {name: value for name, value in usage.items() if value is not None}
                self.complete = self.complete or item.get("type") != "message_start"
