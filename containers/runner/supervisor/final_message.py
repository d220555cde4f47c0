"""The agent's final message: read from the end of its log in the form that its agent.toml describes.

The documentation of each CLI's output is linked in the README of its folder.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from runner.files import read_regular

MAX_TAIL_BYTES = 4_000_000
MAX_SUMMARY = 20_000  # characters
MAX_PLAIN_TEXT = 4_000  # characters, of a log that is not JSON


class FinalMessage(NamedTuple):
    """The text of the final message, whether it reports a failure, and whether the log has one."""

    text: str = ""
    is_error: bool = False
    found: bool = True


def read_final_message(log: Path, form: Mapping[str, Any]) -> FinalMessage:
    """Return the agent's final message from the end of its *log*; *form* is `agent.result` of run.json."""
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
    """Return the last event that matches *form*; if messages come in pieces, all pieces of the last one."""
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
    """Return the JSON object in *line*, or None if it holds anything else."""
    if not line.lstrip().startswith("{"):
        return None
    try:
        event = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return event if isinstance(event, dict) else None


def _fits(event: Mapping[str, Any], form: Mapping[str, Any]) -> bool:
    """Whether *event* has the values that `match` names or, if it names none, a text."""
    wanted = form.get("match") or {}
    if not wanted:
        return _at(event, form.get("text", "")) is not None
    return all(str(_at(event, path)) == value for path, value in wanted.items())


def _shown(text: Any) -> str:
    return text if isinstance(text, str) else "" if text is None else json.dumps(text)


def _at(value: Any, path: str) -> Any:
    """Return what *value* has at the dotted *path*, in which a number is a list index; None if nothing."""
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
