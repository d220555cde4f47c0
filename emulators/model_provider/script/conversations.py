"""Conversations: files with abstract steps, and the choice of the one that answers a prompt.

A file in `conversations/` is TOML (https://toml.io/en/v1.0.0): `match`, a regular expression that is searched
in the user's text (a file without it answers all other prompts), and `[[steps]]`, each with one of

- `read = "path"`
- `replace = "path"` with `old` and `new`: whole lines, found once
- `write = "path"` with `content`
- `run = "command"`
- `say = "text"`: the final text
- `error = 429`: the provider's error with that status, for every retry
- `hang = 600`: no answer for that many seconds

and optionally `note` (text before the tool call) and `expect` (a regular expression that the tool's result
must match, otherwise the conversation ends with a message that says so). `{cwd}` and the named groups of
`match` are replaced in every text.
`[usage]` (`fresh`, `cached`, `cache_write`, `output`) fixes the token counts of each turn.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[1] / "conversations"
FIELDS = ("name", "match", "steps", "usage")
ACTIONS = ("read", "replace", "write", "run", "say", "error", "hang")


class ConversationError(ValueError):
    """A conversation is not valid; the message names the part."""


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the model; exactly one of the first seven fields is set."""

    read: str | None = None
    replace: str | None = None
    write: str | None = None
    run: str | None = None
    say: str | None = None
    error: int | None = None
    hang: float | None = None
    old: str = ""
    new: str = ""
    content: str = ""
    note: str = ""
    expect: str = ""

    @property
    def action(self) -> str:
        """The name of this step's action."""
        return next(name for name in ACTIONS if getattr(self, name) is not None)

    def filled(self, names: Mapping[str, str]) -> "Step":
        """Return the step with every `{name}` in its texts replaced."""
        values: dict[str, Any] = {field.name: getattr(self, field.name) for field in fields(self)}
        filled: dict[str, Any] = {k: _fill(v, names) if isinstance(v, str) else v for k, v in values.items()}
        return Step(**filled)


@dataclass(frozen=True, slots=True)
class Conversation:
    """A named list of steps, and the prompts that it answers."""

    name: str
    steps: tuple[Step, ...]
    match: str = ""
    usage: Mapping[str, int] | None = None

    def names_in(self, prompt: str) -> dict[str, str] | None:
        """Return the named groups of the match in *prompt*, or None if the prompt does not match."""
        found = re.search(self.match, prompt)
        return None if found is None else {k: v or "" for k, v in found.groupdict().items()}


def conversation_of(name: str, data: Mapping[str, Any]) -> Conversation:
    """Return the conversation in *data* (parsed TOML or JSON); raises `ConversationError`."""
    _check_fields(name, data, FIELDS)
    steps = data.get("steps")
    if not isinstance(steps, list) or not steps:
        raise ConversationError(f"{name}: steps must be a list with at least one step")
    try:
        match = str(data.get("match", ""))
        re.compile(match)
        read = tuple(_step(f"{name}: step {n}", step) for n, step in enumerate(steps, 1))
        return Conversation(name, read, match, data.get("usage"))
    except (TypeError, re.error) as error:
        raise ConversationError(f"{name}: {error}") from error


def load(folder: Path = FOLDER) -> tuple[Conversation, ...]:
    """Return the conversations in *folder* by file name, with those for any prompt last."""
    files = sorted(folder.glob("*.toml"))
    read = [conversation_of(file.stem, tomllib.loads(file.read_text("utf-8"))) for file in files]
    return tuple(sorted(read, key=lambda conversation: not conversation.match))


def choose(
    conversations: Iterable[Conversation], prompt: str
) -> tuple[Conversation, dict[str, str]] | tuple[None, None]:
    """Return the first conversation for *prompt*, and the named groups of its match."""
    for conversation in conversations:
        names = conversation.names_in(prompt)
        if names is not None:
            return conversation, names
    return None, None


def _check_fields(where: str, data: Mapping[str, Any], known: Iterable[str]) -> None:
    unknown = sorted(set(data) - set(known))
    if unknown:
        raise ConversationError(f"{where}: unknown field {unknown[0]!r}; fields are {', '.join(known)}")


def _step(where: str, data: Mapping[str, Any]) -> Step:
    _check_fields(where, data, [field.name for field in fields(Step)])
    step = Step(**data)
    actions = [name for name in ACTIONS if getattr(step, name) is not None]
    if len(actions) != 1:
        raise ConversationError(f"{where}: has {actions or 'no action'}, needs one of {', '.join(ACTIONS)}")
    re.compile(step.expect)
    return step


def _fill(text: str, names: Mapping[str, str]) -> str:
    return re.sub(r"\{(\w+)\}", lambda found: names.get(found[1], found[0]), text)
