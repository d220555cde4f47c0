"""The agent's last word: what its CLI writes at the end of its log, as its agent.toml describes it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runner.files import read_regular

TAIL = 4_000_000
LONGEST_SUMMARY = 20_000
LONGEST_PLAIN_TEXT = 4_000


@dataclass(frozen=True, slots=True)
class FinalMessage:
    """The final text, whether it says that the agent failed, and whether it was there at all."""

    text: str = ""
    is_error: bool = False
    found: bool = True


def read_final_message(log: Path, form: Mapping[str, Any]) -> FinalMessage:
    """Return the agent's last word from the end of its *log*; *form* is run.json's `agent.result`."""
    tail = (read_regular(log, TAIL, tail=True) or b"").decode(errors="replace")
    if not form.get("text") and not form.get("match"):
        return FinalMessage(tail[-LONGEST_PLAIN_TEXT:].strip())
    for line in reversed(tail.split("\n")):
        event = _event(line, form.get("match", {}))
        if event is not None:
            text = _at(event, form.get("text", ""))
            if text is not None or form.get("match"):
                shown = text if isinstance(text, str) else "" if text is None else json.dumps(text)
                is_error = _at(event, form.get("error", "")) is True
                return FinalMessage(shown[:LONGEST_SUMMARY].strip(), is_error)
    return FinalMessage(found=False)


def _event(line: str, wanted: Mapping[str, str]) -> dict[str, Any] | None:
    """Return the JSON object in *line* if its fields are as *wanted*; paths may be dotted."""
    if not line.lstrip().startswith("{"):
        return None
    try:
        event = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return event if all(str(_at(event, path)) == value for path, value in wanted.items()) else None


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
