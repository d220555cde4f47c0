"""Replaces secrets in everything that a run prints or leaves behind.

https://learn.microsoft.com/azure/devops/pipelines/process/set-secret-variables
"""

import json
import re
from urllib.parse import quote

MASK = "***"


class Masks:
    """The secrets of one run, with the forms in which JSON and URLs show them."""

    def __init__(self) -> None:
        self._values: set[str] = set()
        self._pattern: re.Pattern[str] | None = None

    def add(self, secret: str) -> None:
        """Mask *secret* from now on; each line of it is a secret of its own, too."""
        for value in (secret, *secret.splitlines()):
            if value.strip():
                self._values |= {value, json.dumps(value)[1:-1], quote(value, safe="")}
        longest_first = sorted(self._values, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, longest_first))) if longest_first else None

    def hide(self, text: str) -> str:
        """Return *text* with each secret replaced."""
        return text if self._pattern is None else self._pattern.sub(MASK, text)
