"""Tells the agent to finish while there is still something left of its budget, in the words of the gateway.

The words stand at the end of the request, behind everything that the agent has sent, in this request and
in each later one. So the prefix that the provider has cached stays the same, and the model does not lose
sight of them. They are part of the last message of a chat, because some servers refuse a system message
that is not the first one, and two messages of one role in a row. Gemini wants a function's response right
behind its call, so there they are the last part of the system instruction, for which the provider reads the
conversation once without its cache.

https://platform.claude.com/docs/en/agents-and-tools/tool-use/handle-tool-calls (text behind the tool results)
https://platform.claude.com/docs/en/build-with-claude/prompt-caching
https://platform.openai.com/docs/api-reference/chat/create, https://platform.openai.com/docs/api-reference/responses
https://ai.google.dev/api/generate-content#v1beta.GenerateContentRequest
"""

import json
import threading
from collections.abc import Callable, Mapping
from typing import Any

from autocoder.shared.providers import Dialect, DialectName
from runner.gateway.budget import Meter
from runner.gateway.patience import RunTime

SHARE = 0.75  # of the minutes, dollars, tokens or turns
_WORDS = (
    "This is an automatic message of the system that runs you: {why} of this run are used. Finish now. "
    "Complete what you have begun or take it back, start nothing new, leave the project in a consistent "
    "state, and then end with your final message, which also says what is left to do."
)


class Finishing:
    """Decides when the agent is told to finish, and why; the first reason stays."""

    def __init__(self, meter: Meter, run_time: RunTime | None) -> None:
        self._meter, self._run_time = meter, run_time
        self._lock = threading.Lock()
        self._why = ""

    @property
    def why(self) -> str:
        """Why the agent is told to finish, such as "75 % of 60 minutes"; empty as long as it is not."""
        with self._lock:
            self._why = self._why or self._reached()
            return self._why

    def _reached(self) -> str:
        name = self._meter.reached(SHARE)
        if self._run_time is not None and self._run_time.share >= SHARE:
            name = f"{self._run_time.seconds / 60:g} minutes"
        return f"{SHARE:.0%} of {name}".replace("%", " %") if name else ""


def told(dialect: Dialect, request: dict[str, Any], why: str) -> bytes | None:
    """Return the body of *request* with the words to finish, or None if there is no place for them.

    *request* is changed.
    """
    add = _ADD.get(dialect.name)
    try:
        if add is None or not add(request, _WORDS.format(why=why)):
            return None
        return json.dumps(request, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    except ValueError:  # a number or a character that JSON or UTF-8 does not have
        return None


def _add_to_messages(request: dict[str, Any], words: str) -> bool:
    """Add a block behind the blocks of the user's last message, where also results of tools stand."""
    messages = request.get("messages")
    last = messages[-1] if isinstance(messages, list) and messages else None
    if not isinstance(last, dict) or last.get("role") != "user":
        return False
    content = last.get("content")
    if isinstance(content, str):
        content = [{"type": "text", "text": content}]
    if not isinstance(content, list):
        return False
    last["content"] = [*content, {"type": "text", "text": words}]
    return True


def _add_to_chat(request: dict[str, Any], words: str) -> bool:
    """Add to the content of the last message, which is of the user or of a tool."""
    messages = request.get("messages")
    last = messages[-1] if isinstance(messages, list) and messages else None
    if not isinstance(last, dict) or last.get("role") not in ("user", "tool"):
        return False
    content = last.get("content")
    if isinstance(content, str):
        last["content"] = f"{content}\n\n{words}"
    elif isinstance(content, list):
        last["content"] = [*content, {"type": "text", "text": words}]
    else:
        return False
    return True


def _add_to_responses(request: dict[str, Any], words: str) -> bool:
    given = request.get("input")
    if isinstance(given, str):
        given = [{"role": "user", "content": given}]
    if not isinstance(given, list):
        return False
    content = [{"type": "input_text", "text": words}]
    request["input"] = [*given, {"type": "message", "role": "developer", "content": content}]
    return True


def _add_to_gemini(request: dict[str, Any], words: str) -> bool:
    if request.get("cachedContent"):  # which has the system instruction in it, and allows no other one
        return False
    name = "system_instruction" if "system_instruction" in request else "systemInstruction"
    instruction = request.get(name) or {"parts": []}
    if not isinstance(instruction, Mapping) or not isinstance(instruction.get("parts"), list):
        return False
    request[name] = {**instruction, "parts": [*instruction["parts"], {"text": words}]}
    return True


_ADD: dict[DialectName, Callable[[dict[str, Any], str], bool]] = {
    "anthropic": _add_to_messages,
    "chat": _add_to_chat,
    "responses": _add_to_responses,
    "gemini": _add_to_gemini,
}
