"""Counts the tokens of model calls.

The numbers come from the provider's answer. If the answer has none, the call costs its maximum, or what was
seen if that is more, so that an agent cannot hide tokens; reasoning tokens, for one, are never sent. Cached
tokens are counted separately: OpenAI and Gemini include them in the input, Anthropic does not. Tokens that
are written to a cache count as input and have their own price.
https://docs.anthropic.com/en/docs/build-with-claude/prompt-caching
https://platform.openai.com/docs/api-reference/responses/object
https://ai.google.dev/api/generate-content#UsageMetadata
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from autocoder.shared.json_text import parse_json
from autocoder.shared.model_failures import ModelFailure, refusal_in
from autocoder.shared.providers import Dialect

CHARACTERS_PER_TOKEN = 4
DEFAULT_OUTPUT_TOKENS = 16_384  # the assumed limit of a call that sets no limit
_MAX_EVENT_BYTES = 4_000_000  # of one event in memory; the events that report usage are much smaller


class Tokens(NamedTuple):
    """The tokens that one call has used."""

    input: int = 0  # neither cached nor written to a cache
    cached: int = 0
    written: int = 0
    output: int = 0


class Call(NamedTuple):
    """One generating call: its dialect, the names by which it may be priced, and what it may use."""

    dialect: Dialect
    models: tuple[str, ...] = ()
    is_turn: bool = True
    request_bytes: int = 0
    max_output: int = DEFAULT_OUTPUT_TOKENS
    unseen_input: int = 0  # tokens of input that the request only refers to

    @property
    def estimate(self) -> Tokens:
        """The most that the call may use: all input uncached, and all the output that it allows."""
        seen = self.request_bytes // CHARACTERS_PER_TOKEN
        return Tokens(seen + self.unseen_input, output=self.max_output)


def tokens_of(dialect: Dialect, usage: Mapping[str, Any]) -> Tokens:
    """Return the tokens in *usage*, the object in which answers of *dialect* report them."""
    cached, prompt = _sum(usage, dialect.cached), _sum(usage, dialect.input)
    if dialect.input_includes_cached:
        prompt = max(0, prompt - cached)
    return Tokens(prompt, cached, _sum(usage, dialect.written), _sum(usage, dialect.output))


def _sum(usage: Mapping[str, Any], names: Iterable[str]) -> int:
    return sum(_number(usage, name) for name in names)


def _number(usage: Mapping[str, Any], name: str) -> int:
    """Return the count *name*, `object.member` or a plain name, in *usage*; 0 when it is not a number."""
    value: Any = usage
    for part in name.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return max(0, int(value)) if isinstance(value, int | float) else 0


class AnswerReader:
    """Reads usage and model from one answer while its pieces pass through the gateway."""

    def __init__(self, call: Call, streamed: bool) -> None:
        self.call, self.streamed = call, streamed
        self.usage: dict[str, Any] = {}
        self.model = ""
        self._is_reported = False  # the usage is that of the answer, not only of its first event
        self._is_last = False  # the usage came with the last event of the answer
        self._failed = False  # the provider reported an error
        self.failure: ModelFailure | None = None  # an error in the stream, or a refusal to answer
        self._seen = 0
        self._kept = b""

    def feed(self, piece: bytes) -> None:
        """Process the next piece of the body."""
        self._kept += piece
        if self.streamed:
            *lines, self._kept = self._kept.split(b"\n")
            for line in lines:
                self._line(line)
        if len(self._kept) > _MAX_EVENT_BYTES:
            self._seen += len(self._kept) // CHARACTERS_PER_TOKEN
            self._kept = b""

    def close(self, *, is_whole: bool = True) -> Tokens:
        """Return the tokens that the call has used, as the answer reports them.

        Without a report it is the most that the call allows, because reasoning tokens are never seen, or what
        was seen if that is more. After an error of the provider it is what was reported and seen until then.
        """
        if self.streamed:
            self._line(self._kept)
        else:
            self._seen += len(self._kept) // CHARACTERS_PER_TOKEN
            self._take(self._kept)
        reported, most = tokens_of(self.call.dialect, self.usage), self.call.estimate
        if self._is_reported and (is_whole or self._is_last):
            return reported
        output = max(reported.output, self._seen, 0 if self._failed and is_whole else most.output)
        prompt = reported._replace(output=0)
        return (prompt if prompt != Tokens() else Tokens(most.input))._replace(output=output)

    def _line(self, line: bytes) -> None:
        if not line.startswith(b"data:"):
            return
        self._seen += 1
        # Only these events matter. A line of text that happens to contain one of the words does no harm.
        if b'"usage' in line or b'"model' in line or b'"error"' in line:
            self._take(line[5:])

    def _take(self, text: bytes) -> None:
        try:
            value = parse_json(text)
        except ValueError:
            return
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, dict):
                self._merge(item)

    def _merge(self, item: dict[str, Any]) -> None:
        """Merge the usage of one answer or event; later numbers replace earlier ones."""
        self.failure = refusal_in(item) or self.failure
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
                self._is_reported = self._is_reported or item.get("type") != "message_start"
                self._is_last = self._is_reported and _is_finished(item)


def _is_finished(item: dict[str, Any]) -> bool:
    """Whether an event that reports usage is the last of its answer; some report it in each event."""
    answers = item.get("choices") or item.get("candidates") or ()
    return all(
        isinstance(one, dict) and (one.get("finish_reason") or one.get("finishReason")) for one in answers
    )
