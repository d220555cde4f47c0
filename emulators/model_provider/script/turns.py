"""One turn of a model, question and answer, independent of any provider's dialect.

https://help.openai.com/en/articles/4936856 (characters of a token)
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

JSON = dict[str, Any]
CHARACTERS_PER_TOKEN = 4  # the rule of thumb of https://help.openai.com/en/articles/4936856


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool that the agent offers: a name and a JSON schema, or free text when `freeform`."""

    name: str
    schema: Mapping[str, Any] = field(default_factory=dict)
    freeform: bool = False
    namespace: str = ""

    @property
    def properties(self) -> Mapping[str, Any]:
        """The arguments it takes, by name."""
        found: Mapping[str, Any] = self.schema.get("properties") or {}
        return found


@dataclass(frozen=True, slots=True)
class ToolResult:
    """The output of one tool call; `failed` only where the dialect has a flag for it."""

    text: str
    failed: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """A request to the model: tools, the user's text, the whole text, and the results of earlier calls."""

    model: str
    stream: bool
    tools: tuple[Tool, ...]
    prompt: str
    context: str
    results: tuple[ToolResult, ...]
    size: int = field(metadata={"unit": "characters of the whole conversation"})
    fresh: int = field(metadata={"unit": "characters of its newest message"})
    answer_schema: Mapping[str, Any] | None = None
    stream_usage: bool = False  # Chat Completions add the usage to a stream on request


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A call of *tool*: named arguments, or text for a freeform tool."""

    tool: Tool
    arguments: JSON | str


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens as providers bill them: `fresh` and `cached` input do not overlap."""

    fresh: int
    cached: int
    output: int
    cache_write: int = 0

    @property
    def input(self) -> int:
        """All input tokens, cached ones included."""
        return self.fresh + self.cached + self.cache_write


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: the text, the tool call if there is one, and the tokens that it cost."""

    text: str
    call: ToolCall | None
    usage: Usage


def tokens(characters: int) -> int:
    """Return the approximate number of tokens for a number of characters, at least 1."""
    return max(1, characters // CHARACTERS_PER_TOKEN)


def pieces(text: str, length: int = 48) -> list[str]:
    """Return *text* in pieces as in a stream, at least one."""
    return [text[start : start + length] for start in range(0, len(text), length)] or [""]
