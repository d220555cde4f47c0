"""The state of the model provider: its key, the conversations, and its newest requests.

https://docs.python.org/3/library/hmac.html#hmac.compare_digest
"""

import hmac
import secrets
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from emulators.model_provider.failing import FailurePlan
from emulators.model_provider.script.conversations import Conversation, load
from emulators.private_files import create_private

MAX_REQUESTS = 1000


@dataclass(slots=True)
class State:
    """The valid key, the conversations (those added at run time first), and recent requests."""

    key: str
    conversations: list[Conversation] = field(default_factory=lambda: list(load()))
    failures: FailurePlan = field(default_factory=FailurePlan)
    requests: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=MAX_REQUESTS))

    def accepts(self, key: str) -> bool:
        """Whether *key* is the valid key, compared in constant time."""
        return hmac.compare_digest(key.encode(), self.key.encode())

    def add(self, conversation: Conversation) -> None:
        """Add *conversation* before all others, replacing one with the same name."""
        others = [one for one in self.conversations if one.name != conversation.name]
        self.conversations = [conversation, *others]


def ensure_key(folder: Path) -> str:
    """Return the key in `folder/key`, made on first use and readable only by its owner."""
    path = folder / "key"
    if not path.exists():
        create_private(path, f"sk-local-{secrets.token_hex(24)}")
    return path.read_text()
