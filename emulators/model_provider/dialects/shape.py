"""The interface of a dialect, and code that all of them share: checked requests, questions, refusals.

Requests are checked with pydantic: https://docs.pydantic.dev/latest/errors/validation_errors/
"""

import json
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from emulators.model_provider.script.turns import JSON, Answer, Question, Tool, ToolResult
from emulators.refusals import not_covered as message_of

Event = tuple[str, JSON | str]


class Strict(BaseModel):
    """An object of a request that may have only known fields."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Open(BaseModel):
    """An object of a request that may have additional fields, which are not checked."""

    model_config = ConfigDict(extra="allow", strict=True)


@dataclass(frozen=True, slots=True)
class Refusal:
    """The refusal of a request, independent of the provider's format."""

    status: int
    message: str = ""
    param: str | None = None
    code: str | None = None
    details: tuple[JSON, ...] = ()


class RefusedError(Exception):
    """The provider refuses the request, or the emulator does not cover it (501)."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.message)
        self.refusal = refusal


@dataclass(frozen=True, slots=True)
class Dialect:
    """One format of requests and answers.

    *request* has the fields of a generating call, *counted* those of a call that only counts tokens, whose
    answer has *count_field*. *not_covered* yields the features of a valid request that the scripted model
    does not support; *refusal* turns pydantic's errors into the provider's refusal.
    """

    name: str
    request: type[BaseModel]
    question: Callable[[JSON], Question]
    whole: Callable[[Question, Answer], JSON]
    events: Callable[[Question, Answer], Iterator[Event]]
    not_covered: Callable[[JSON], Iterable[str]]
    refusal: Callable[[list[ErrorDetails]], Refusal]
    counted: type[BaseModel] | None = None
    count_field: str = ""

    def read(self, body: JSON, *, counting: bool = False) -> JSON:
        """Check *body* and return it with the field names of the reference; raises `RefusedError`."""
        model = self.counted if counting and self.counted else self.request
        try:
            read: JSON = model.model_validate(body).model_dump(by_alias=True, exclude_unset=True)
        except ValidationError as error:
            raise RefusedError(self.refusal(error.errors(include_url=False))) from None
        uncovered = next(iter(self.not_covered(read)), None)
        if uncovered is not None:
            raise not_covered(uncovered)
        return read


def one_of(words: str) -> AfterValidator:
    """Return a validator that raises `PydanticCustomError` for a text that is not one of *words*."""
    names = words.split()

    def check(value: str) -> str:
        if value not in names:
            expected = ", ".join(repr(name) for name in names[:-1]) + f" or {names[-1]!r}"
            raise PydanticCustomError("literal_error", "Input should be {expected}", {"expected": expected})
        return value

    return AfterValidator(check)


def not_covered(what: str) -> RefusedError:
    """Return the 501 refusal of a provider's feature *what* that the emulator lacks; also logs it."""
    return RefusedError(Refusal(501, message_of("model_provider", what), code="not_implemented"))


def question_of(
    body: JSON,
    *,
    newest: list[JSON],
    system: Iterable[str],
    prompt: str,
    tools: Iterable[Tool],
    results: Iterable[tuple[str, bool]],
    answer_schema: Mapping[str, Any] | None,
    stream_usage: bool = False,
) -> Question:
    """Return the question in *body*, given the parts that the dialect has parsed.

    *newest* is the newest message, *results* are pairs of a tool's output and whether it failed.
    """
    return Question(
        model=body["model"],
        stream=bool(body.get("stream")),
        tools=tuple(tools),
        prompt=prompt,
        context="\n".join([*system, prompt]),
        results=tuple(ToolResult(text, failed) for text, failed in results),
        size=size_of(body),
        fresh=size_of(newest),
        answer_schema=answer_schema,
        stream_usage=stream_usage,
    )


def as_parts(content: Any) -> Any:
    """Return the content of a message as parts; a plain text is one part."""
    return [{"type": "text", "text": content}] if isinstance(content, str) else content


def new_id(prefix: str) -> str:
    """Return a fresh identifier in the provider's format, such as `msg_5f2c...`."""
    return f"{prefix}{secrets.token_hex(12)}"


def texts(content: Any) -> str:
    """Return the text of a message's content, which is a string or parts, some of them with `text`."""
    if isinstance(content, str):
        return content
    if isinstance(content, Mapping):
        content = [content]
    parts = [part.get("text") for part in content or [] if isinstance(part, Mapping)]
    return "\n".join(part for part in parts if isinstance(part, str))


def size_of(value: Any) -> int:
    """Return the length of *value* as JSON, in characters."""
    return len(json.dumps(value))
