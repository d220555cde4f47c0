"""Removes secrets from text: a run's own secrets in every encoding, and well-known kinds of tokens.

Logs, errors, comments and pull requests all use it. Only the standard library is used, because the runner's
image has a copy of this folder.
"""

import base64
import json
import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote, quote_plus

from autocoder.shared.secret_kinds import KEY_BEGIN, KEY_REST, PATTERNS

MARK = "[redacted]"
MIN_LENGTH = 6  # a shorter secret would match ordinary text
MAX_LINE_LENGTH = 256 * 1024  # a stream returns longer lines in pieces
OVERLAP = 16 * 1024  # longer than any token, so that no piece ends inside one


def forms_of(secret: str) -> frozenset[str]:
    """Return the forms of *secret* in a text: raw, JSON-escaped, URL-encoded, and base64 at any offset."""
    forms = {secret, json.dumps(secret)[1:-1], quote(secret, safe=""), quote_plus(secret)}
    forms |= {re.sub(r"%[0-9A-F]{2}", lambda escape: escape[0].lower(), form) for form in forms}
    forms.add(json.dumps(secret, ensure_ascii=False)[1:-1])
    raw = secret.encode("utf-8", "surrogateescape")
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        forms.add(encode(raw).decode())
        for offset, first in ((0, 0), (1, 2), (2, 3)):  # the first characters depend on the bytes before
            whole = encode(b"\0" * offset + raw).decode().rstrip("=")
            tail = 1 if (offset + len(raw)) % 3 else 0  # and the last one on the bytes after
            forms.add(whole[first : len(whole) - tail])
    forms |= {line for line in secret.splitlines() if len(line) >= 16}
    return frozenset(form for form in forms if len(form) >= MIN_LENGTH)


class Redactor:
    """Finds the secrets of a run and well-known tokens."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        forms = {form for secret in secrets if len(secret) >= MIN_LENGTH for form in forms_of(secret)}
        self._exact = tuple(sorted(forms, key=len, reverse=True))
        self._exact_bytes = tuple(form.encode("utf-8", "surrogateescape") for form in self._exact)

    def redact(self, text: str) -> str:
        """Return *text* with each secret replaced by `[redacted]`."""
        parts, position = [], 0
        for start, end in self.spans(text):
            parts += [text[position:start], MARK]
            position = end
        return "".join((*parts, text[position:]))

    def spans(self, text: str) -> tuple[tuple[int, int], ...]:
        """Return the start and end of each secret in *text*, in order and without overlap."""
        merged: list[tuple[int, int]] = []
        for start, end in sorted(self._found(text)):
            if merged and start <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
            else:
                merged.append((start, end))
        return tuple(merged)

    def holds_own_secret(self, data: bytes) -> bool:
        """Whether *data* contains one of the run's own secrets in any form."""
        return any(form in data for form in self._exact_bytes)

    def stream(self) -> "RedactedStream":
        """Return a redactor of text that arrives in pieces."""
        return RedactedStream(self)

    def _found(self, text: str) -> Iterator[tuple[int, int]]:
        for form in self._exact:  # compiling one pattern of all would take longer than searching most texts
            start = text.find(form)
            while start >= 0:
                yield start, start + len(form)
                start = text.find(form, start + 1)
        for _, pattern in PATTERNS:
            for match in pattern.finditer(text):
                span = match.span(match.lastgroup) if match.lastgroup else match.span()
                if text[span[0] : span[1]] != MARK:
                    yield span


class RedactedStream:
    """Redacts text that arrives in pieces: it returns whole lines and keeps the rest for the next piece."""

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor
        self._kept = ""
        self._in_key = False

    def feed(self, text: str) -> str:
        """Add the next piece; return the text that is complete."""
        self._kept += text
        cut = self._kept.rfind("\n") + 1
        if cut == 0 and len(self._kept) > MAX_LINE_LENGTH:
            cut = self._safe_cut(len(self._kept) - OVERLAP)
        ready, self._kept = self._kept[:cut], self._kept[cut:]
        return self._show(ready)

    def close(self) -> str:
        """Return the rest, at the end of the text."""
        ready, self._kept = self._kept, ""
        return self._show(ready)

    def _safe_cut(self, wanted: int) -> int:
        spans = self._redactor.spans(self._kept)
        return next((start for start, end in spans if start < wanted < end), wanted)

    def _show(self, ready: str) -> str:
        """Return *ready* redacted; a private key may begin in one piece and continue in the next ones."""
        if self._in_key and ready:
            rest = KEY_REST.match(ready)
            end = rest.end() if rest else 0
            self._in_key = end == len(ready) and not (rest and rest[1])
            ready = ready[end:]
        begin = max((match.end() for match in KEY_BEGIN.finditer(ready)), default=None)
        if begin is not None:
            rest = KEY_REST.match(ready, begin)
            self._in_key = rest is not None and rest.end() == len(ready) and not rest[1]
        return self._redactor.redact(ready)
