"""What every dialect offers, and the few things they share."""

import json
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from emulators.model_provider.turns import JSON, Answer, Question, ToolResult

Event = tuple[str, JSON | str]


class BadRequestError(Exception):
    """A request that the provider would refuse with 400; the message is what it would say."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """How to read a request, and how to write the answer whole or as server-sent events."""

    name: str
    question: Callable[[JSON], Question]
    whole: Callable[[Question, Answer], JSON]
    events: Callable[[Question, Answer], Iterator[Event]]


def new_id(prefix: str) -> str:
    """Return a fresh identifier in the provider's manner, as in `msg_5f2c...`."""
    return f"{prefix}{secrets.token_hex(12)}"


def texts(content: Any) -> str:
    """Return the words of a message's content: a string, or parts of which some have `text`."""
    if isinstance(content, str):
        return content
    if isinstance(content, Mapping):
        content = [content]
    parts = [part.get("text") for part in content or [] if isinstance(part, Mapping)]
    return "\n".join(part for part in parts if isinstance(part, str))


def require(body: JSON, field: str, kind: type | tuple[type, ...]) -> Any:
    """Return `body[field]`; raises `BadRequestError` when it is missing or of another type."""
    if field not in body:
        raise BadRequestError(f"{field}: Field required")
    if not isinstance(body[field], kind):
        raise BadRequestError(f"{field}: Input has the wrong type")
    return body[field]


def objects(items: Iterable[Any], field: str) -> list[JSON]:
    """Return *items*; raises `BadRequestError` when one is not an object."""
    found = list(items)
    if not all(isinstance(item, dict) for item in found):
        raise BadRequestError(f"{field}: Input should be a list of objects")
    return found


def size_of(value: Any) -> int:
    """Return the characters of *value* as JSON."""
    return len(json.dumps(value))


def results_of(found: Iterable[tuple[str, bool]]) -> tuple[ToolResult, ...]:
    """Return the tool results for pairs of text and failure."""
    return tuple(ToolResult(text, failed) for text, failed in found)
