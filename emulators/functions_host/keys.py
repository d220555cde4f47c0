"""Access keys, in `keys.json` under the host's state folder, readable only by their owner.

    {"master": "...", "host": {"default": "..."}, "system": {"durabletask_extension": "..."},
     "functions": {"<function>": {"default": "..."}}}

Other programs of the platform read the file. https://learn.microsoft.com/azure/azure-functions/function-keys-how-to
"""

import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from emulators.private_files import write_private

DURABLE_EXTENSION = "durabletask_extension"
HEADER, PARAMETER = "x-functions-key", "code"


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of one app."""

    master: str
    host: Mapping[str, str]
    system: Mapping[str, str]
    functions: Mapping[str, Mapping[str, str]]

    @property
    def durable(self) -> str:
        """The system key of the Durable Functions webhooks."""
        return self.system[DURABLE_EXTENSION]

    def opens_function(self, function: str, given: str) -> bool:
        """Whether an HTTP trigger of level `function` accepts the key *given*."""
        return self._is_one_of(given, [*self.functions.get(function, {}).values(), *self.host.values()])

    def opens_webhooks(self, given: str) -> bool:
        """Whether the Durable Functions webhooks accept the key *given*."""
        return self._is_one_of(given, [self.durable])

    def opens_admin(self, given: str) -> bool:
        """Whether *given* is the master key."""
        return self._is_one_of(given, [])

    def _is_one_of(self, given: str, accepted: Iterable[str]) -> bool:
        raw = given.encode("utf-8", "surrogateescape")
        found = [secrets.compare_digest(raw, key.encode()) for key in (self.master, *accepted)]
        return any(found)


def given_key(headers: Mapping[str, str], query: Mapping[str, str]) -> str:
    """Return the key of a request, or ""; the header takes precedence over the query string."""
    return headers.get(HEADER) or query.get(PARAMETER) or ""


def ensure_keys(path: Path, functions: Iterable[str]) -> Keys:
    """Return the keys in the file at *path*; creates missing ones, including one for each of *functions*."""
    content = json.loads(path.read_text()) if path.exists() else {}
    before = json.dumps(content)
    content.setdefault("master", _new())
    content.setdefault("host", {"default": _new()})
    content.setdefault("system", {DURABLE_EXTENSION: _new()})
    own = content.setdefault("functions", {})
    for name in functions:
        own.setdefault(name, {"default": _new()})
    if json.dumps(content) != before:
        write_private(path, json.dumps(content, indent=1))
    return Keys(content["master"], content["host"], content["system"], content["functions"])


def _new() -> str:
    return secrets.token_urlsafe(40)
