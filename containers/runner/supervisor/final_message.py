"""The agent's last word: what its CLI writes at the end of its log, as its agent.toml describes it."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from runner.files import read_regular

MAX_TAIL_BYTES = 4_000_000
MAX_SUMMARY = 20_000
MAX_PLAIN_TEXT = 4_000


class FinalMessage(NamedTuple):
    """The final text, whether it says that the agent failed, and whether it was there at all."""

    text: str = ""
    is_error: bool = False
    found: bool = True


def read_final_message(log: Path, form: Mapping[str, Any]) -> FinalMessage:
    """Return the agent's last word from the end of its *log*; *form* is run.json's `agent.result`."""
    tail = (read_regular(log, MAX_TAIL_BYTES, tail=True) or b"").decode(errors="replace")
    if not form.get("text") and not form.get("match"):
        return FinalMessage(tail[-MAX_PLAIN_TEXT:].strip())
    events = _last_events(tail.split("\n"), form)
    if not events:
        return FinalMessage(found=False)
    text = "".join(_shown(_at(event, form.get("text", ""))) for event in events)
    is_error = any(_at(event, form.get("error", "")) is True for event in events)
    return FinalMessage(text[:MAX_SUMMARY].strip(), is_error)


def _last_events(lines: Sequence[str], form: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the last event that fits *form*; when messages come in pieces, those in a row before it, too."""
    found: list[dict[str, Any]] = []
    for line in reversed(lines):
        event = _event(line)
        if event is None:
            continue
        if _fits(event, form):
            found.insert(0, event)
        elif found:
            break
        if found and not form.get("joined"):
            break
    return found


def _event(line: str) -> dict[str, Any] | None:
    """Return the JSON object in *line*, if that is what it holds."""
    if not line.lstrip().startswith("{"):
        return None
    try:
        event = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return event if isinstance(event, dict) else None


def _fits(event: Mapping[str, Any], form: Mapping[str, Any]) -> bool:
    """Whether *event* has the fields of `match`, or, where that names none, a final text."""
    wanted = form.get("match") or {}
    if not wanted:
        return _at(event, form.get("text", "")) is not None
    return all(str(_at(event, path)) == value for path, value in wanted.items())


def _shown(text: Any) -> str:
    return text if isinstance(text, str) else "" if text is None else json.dumps(text)


def _at(value: Any, path: str) -> Any:
    """Return what stands at the dotted *path* in *value*; a number is a place in a list; else None."""
    for name in path.split(".") if path else ():
        if isinstance(value, dict):
            value = value.get(name)
        elif (
            isinstance(value, list) and name.lstrip("-").isdecimal() and -len(value) <= int(name) < len(value)
        ):
            value = value[int(name)]
        else:
            return None
    return value if path else None
