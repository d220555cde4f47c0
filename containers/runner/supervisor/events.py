"""The meaning of one JSON event in an agent's output, by the table `[events]` of its agent.toml.

The documentation of each CLI's output is linked in the README of its folder.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from fnmatch import translate
from typing import Any, Literal, NamedTuple, get_args

from autocoder.shared.json_text import parse_json

Kind = Literal["said", "tool", "result", "usage", "error", "end"]
KINDS: tuple[Kind, ...] = get_args(Kind)

MAX_EVENT = 4_000_000  # characters or bytes of a line that is parsed
MAX_ITEMS = 100  # of a list that a path with `*` goes through
MAX_DEPTH = 5  # of lists and objects in a text
MAX_VALUE = 200  # characters of a value that is compared with `match`
# The field of a tool's input that says most, the first that it has; else its first text.
MAIN_FIELDS = (
    *("command", "cmd", "file_path", "filePath", "path", "pattern", "query", "url", "description", "prompt"),
)
TEXT_FIELDS = ("text", "content", "output", "message")
_PATCHED = re.compile(r"^\*\*\* (?:Add|Update|Delete) File: (.+)$", re.MULTILINE)


class Event(NamedTuple):
    """What one event of the agent says; the texts are untrusted and may be long."""

    kind: Kind
    text: str = ""
    name: str = ""  # of the tool
    call: str = ""  # the id that a tool's call and its result have in common
    failed: bool = False
    joined: bool = False  # a piece of a message, which the next pieces continue


class EventTable:
    """The rules of `agent.events` in run.json."""

    def __init__(self, table: Mapping[str, Any]) -> None:
        self._rules = {kind: [_Rule(kind, rule) for rule in table.get(kind) or ()] for kind in KINDS}
        self.is_empty = not any(self._rules.values())  # the agent prints text for people
        self.has_end = bool(self._rules["end"])  # the agent reports its end
        self.has_final_text = any(rule.has_text and not rule.failed for rule in self._rules["end"])

    def read(self, line: str) -> list[Event] | None:
        """Return the events in *line*, which may be none, or None if it is not a JSON object."""
        if not line.lstrip().startswith("{"):
            return None
        try:
            value = parse_json(line)
        except ValueError:
            return None
        return list(self._events(value)) if isinstance(value, dict) else None

    def _events(self, value: Mapping[str, Any]) -> Iterator[Event]:
        """Yield the events in *value*; each item of a list has those of the first rule that fits it."""
        for rules in self._rules.values():
            found: dict[int, Event] = {}
            for rule in rules:
                for number, event in rule.events(value):
                    found.setdefault(number, event)
            yield from (found[number] for number in sorted(found))


class _Path:
    """A dotted path. A number is the index of a list, and `*` stands for each item of a list."""

    def __init__(self, path: str) -> None:
        before, star, after = path.partition("*")
        self.list_names = tuple(filter(None, before.split("."))) if star else None
        self._names = tuple(filter(None, (after if star else path).split(".")))

    def of(self, value: Any, item: Any) -> Any:
        """Return what *value* or, after a `*`, the list's *item* has there; None if nothing."""
        if self.list_names is None:
            return _at(value, self._names) if self._names else None
        return _at(item, self._names)


class _Rule:
    """One rule: which events it fits, and where their texts are."""

    def __init__(self, kind: Kind, rule: Mapping[str, Any]) -> None:
        self._kind = kind
        self._match = [(_Path(path), _test_of(glob)) for path, glob in rule.get("match", {}).items()]
        self._paths = {field: _Path(rule.get(field) or "") for field in ("text", "name", "input", "id")}
        self.failed, self._joined = bool(rule.get("failed")), bool(rule.get("joined"))
        paths = (*(path for path, _ in self._match), *self._paths.values())
        self._list = next((path.list_names for path in paths if path.list_names is not None), None)
        self.has_text = bool(rule.get("text"))

    def events(self, value: Mapping[str, Any]) -> Iterator[tuple[int, Event]]:
        """Yield an event if *value* fits, or one for each item of the rule's list, with the item's index."""
        items: Sequence[Any] = (None,)
        if self._list is not None:
            listed = _at(value, self._list)
            items = listed[:MAX_ITEMS] if isinstance(listed, list) else ()
        for number, item in enumerate(items):
            for path, fits in self._match:
                if not fits(_compared(path.of(value, item))):
                    break
            else:
                found = {field: path.of(value, item) for field, path in self._paths.items()}
                yield number, self._event(found)

    def _event(self, found: Mapping[str, Any]) -> Event:
        text = main_argument(found["input"]) if self._kind == "tool" else text_of(found["text"])
        name, call = (text_of(found[field])[:MAX_VALUE] for field in ("name", "id"))
        return Event(self._kind, text, name, call, self.failed, self._joined)


def _test_of(glob: str) -> Callable[[str], Any]:
    """Return a test whether a text matches *glob*, which is fast for a plain text."""
    return re.compile(translate(glob)).match if set(glob) & set("*?[") else glob.__eq__


def text_of(value: Any, depth: int = 0) -> str:
    """Return the text in *value*, which may be in a list or an object, as in `[{"text": "..."}]`."""
    if isinstance(value, str):
        return value
    if value is None or depth > MAX_DEPTH:
        return ""
    if isinstance(value, list):
        return "\n".join(filter(None, (text_of(item, depth + 1) for item in value[:MAX_ITEMS])))
    if isinstance(value, dict):
        found = next((value[name] for name in TEXT_FIELDS if value.get(name)), None)
        return _compact(value) if found is None else text_of(found, depth + 1)
    return _compact(value)


def main_argument(value: Any, depth: int = 0) -> str:
    """Return the part of a tool's input *value* that says most: its command, path, pattern or the like."""
    if isinstance(value, str):
        return ", ".join(_PATCHED.findall(value)) or value
    if value is None or depth > MAX_DEPTH:
        return ""
    if isinstance(value, list):
        return ", ".join(filter(None, (main_argument(item, depth + 1) for item in value[:MAX_ITEMS])))
    if isinstance(value, dict):
        texts = (text for text in value.values() if text and isinstance(text, str))
        known = (value[name] for name in MAIN_FIELDS if value.get(name))
        found = next(known, next(texts, None))
        return (_compact(value) if value else "") if found is None else main_argument(found, depth + 1)
    return _compact(value)


def _compared(value: Any) -> str:
    """Return the text of a single *value* that a glob is compared with: `true` for True, for example."""
    if isinstance(value, str):
        return value[:MAX_VALUE]
    return "" if value is None or isinstance(value, dict | list) else _compact(value)[:MAX_VALUE]


def _compact(value: Any) -> str:
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    except ValueError:
        return ""


def _at(value: Any, names: Sequence[str]) -> Any:
    for name in names:
        if isinstance(value, dict):
            value = value.get(name)
        elif isinstance(value, list) and _is_index(name, value):
            value = value[int(name)]
        else:
            return None
    return value


def _is_index(name: str, values: Sequence[Any]) -> bool:
    return name.lstrip("-").isdecimal() and -len(values) <= int(name) < len(values)
