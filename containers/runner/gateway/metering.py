"""Counts the tokens of model calls.

Tokens are taken from the provider's own answer. Where that never says, the call costs all that it allows, or
what was seen where that is more, so that an agent cannot hide them: tokens of reasoning are not even sent.
Cached tokens are counted apart, as each provider reports them: OpenAI's and Gemini's input includes them,
Anthropic's does not. Tokens written to a cache are input at a price of their own.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from autocoder.shared.providers import Dialect

CHARACTERS_PER_TOKEN = 4
UNSAID_OUTPUT = 16_384  # tokens of output that a call may use which sets no limit itself
_LONGEST_EVENT = 4_000_000  # many answers may be under way, and their use is in a small part of each


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
    unseen_input: int = 0  # tokens that the request only points to

    @property
    def estimate(self) -> Tokens:
        """What it may use at most: all of its input new, and all the output that it allows."""
        seen = self.request_bytes // CHARACTERS_PER_TOKEN
        return Tokens(seen + self.unseen_input, output=self.most_output)


def tokens_of(dialect: Dialect, usage: Mapping[str, Any]) -> Tokens:
    """Return the tokens that *usage*, as that dialect writes it, reports."""
    cached, prompt = _sum(usage, dialect.cached), _sum(usage, dialect.input)
    if dialect.input_includes_cached:
        prompt = max(0, prompt - cached)
    return Tokens(prompt, cached, _sum(usage, dialect.written), _sum(usage, dialect.output))


def _sum(usage: Mapping[str, Any], names: Iterable[str]) -> int:
    return sum(_number(usage, name) for name in names)


def _number(usage: Mapping[str, Any], name: str) -> int:
    """Return the count *name*, `object.member` or a plain name, in *usage*; 0 when it is no count."""
    value: Any = usage
    for part in name.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return max(0, int(value)) if isinstance(value, int | float) else 0


class Reading:
    """Reads one answer as it passes by, in pieces: the usage and the model that it names."""

    def __init__(self, call: Call, streamed: bool) -> None:
        self.call, self.streamed = call, streamed
        self.usage: dict[str, Any] = {}
        self.model = ""
        self._is_told = False  # the usage is of the answer, not of its beginning
        self._is_last = False  # and nothing was written after it
        self._failed = False  # the provider itself says so
        self._seen = 0
        self._kept = b""

    def feed(self, piece: bytes) -> None:
        """Take in the next piece of the body."""
        self._kept += piece
        if self.streamed:
            *lines, self._kept = self._kept.split(b"\n")
            for line in lines:
                self._line(line)
        if len(self._kept) > _LONGEST_EVENT:
            self._seen += len(self._kept) // CHARACTERS_PER_TOKEN
            self._kept = b""

    def close(self, *, is_whole: bool = True) -> Tokens:
        """Return what the call has used: what the answer says, if it does.

        Otherwise as much as the call allows, because tokens of reasoning are never seen, or what was seen
        where that is more. A failure that the provider tells of costs what it has told and what was seen.
        """
        if self.streamed:
            self._line(self._kept)
        else:
            self._seen += len(self._kept) // CHARACTERS_PER_TOKEN
            self._take(self._kept)
        said, most = tokens_of(self.call.dialect, self.usage), self.call.estimate
        if self._is_told and (is_whole or self._is_last):
            return said
        output = max(said.output, self._seen, 0 if self._failed and is_whole else most.output)
        prompt = said._replace(output=0)
        return (prompt if prompt != Tokens() else Tokens(most.input))._replace(output=output)

    def _line(self, line: bytes) -> None:
        if not line.startswith(b"data:"):
            return
        self._seen += 1
        # The few events that matter; a line of text that merely speaks of them is parsed in vain.
        if b'"usage' in line or b'"model' in line or b'"error"' in line:
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
            self._failed = (
                self._failed or item.get("type") == "error" or isinstance(holder.get("error"), dict)
            )
            usage = holder.get("usage") or holder.get("usageMetadata")
            if isinstance(usage, dict):
                self.usage |= {name: value for name, value in usage.items() if value is not None}
                self._is_told = self._is_told or item.get("type") != "message_start"
                self._is_last = self._is_told and _is_finished(item)


def _is_finished(item: dict[str, Any]) -> bool:
    """Whether an event that tells the usage is the last of its answer; some providers tell it in each one."""
    answers = item.get("choices") or item.get("candidates") or ()
    return all(
        isinstance(one, dict) and (one.get("finish_reason") or one.get("finishReason")) for one in answers
    )
