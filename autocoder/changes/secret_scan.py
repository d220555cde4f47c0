"""Finding secrets in what a run is about to push, by kind and place, never by value; no I/O.

Three sources: the run's own secrets in every form they may take; the kinds of tokens that `redaction` knows
and those of detect-secrets (https://github.com/Yelp/detect-secrets), both by their format; and values that
look random where the line calls them a password, a key or the like. A finding refuses a push, so a bare
example (`password = "changeme"`) is none. Comments like `pragma: allowlist secret` count for nothing here.
"""

import math
import re
import string
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from autocoder.shared.redaction import Redactor
from autocoder.shared.secret_kinds import PATTERNS

MAX_FINDINGS = 100
OWN_SECRET = "a secret of this run"  # noqa: S105  (a kind, not a password)
HEAD_BYTES = 8000  # as many as Git itself looks at to tell text from binary

_WINDOW, _OVERLAP = 2_000, 400  # a longer line is looked at in windows, so that no pattern runs away
_CANDIDATE = re.compile(r"[A-Za-z0-9+/_=.~%-]{16,}|['\"][^'\"\s]{16,}|-----BEGIN|://[^\s/:]*:[^\s/@]*@")
_DIGIT = re.compile(r"\d")  # no token of 16 characters is without one
_BASE64 = frozenset(string.ascii_letters + string.digits + "+/")
_UTF_16 = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
_MIN_RANDOM_LENGTH, _MIN_ENTROPY = 16, 3.5
_IGNORED = frozenset({"Public IP (ipv4)"})
_BY_NAME = "Secret Keyword"
_GUESSES = frozenset(
    {
        # of redaction: hiding too much there is harmless, refusing a push is not
        "Azure DevOps token", "authorization header", "password in a URL",
        # of detect-secrets: found by the name beside the value rather than by its format
        "Artifactory Credentials", "Basic Auth Credentials", "Cloudant Credentials",
        "IBM Cloud IAM Key", "IBM COS HMAC Credentials", "SoftLayer Credentials", _BY_NAME,
        "Base64 High Entropy String", "Hex High Entropy String",
    }
)  # fmt: skip
_ENTROPY_LIMITS = {"Base64 High Entropy String": 4.5, "Hex High Entropy String": 3.0}  # detect-secrets' own

Detector = Callable[[str, str], Iterator[tuple[str, str]]]  # path and text to kinds and values


@dataclass(frozen=True, slots=True)
class Finding:
    """A secret was found: in which file, on which line (from 1), and of what kind."""

    path: str
    line: int
    kind: str


def scan(
    files: Iterable[tuple[str, bytes]],
    secrets: Iterable[str] = (),
    *,
    before: Callable[[str], bytes | None] = lambda _: None,
) -> tuple[Finding, ...]:
    """Return what *files* (path and bytes) hold, at most `MAX_FINDINGS`; *secrets* are the run's own.

    *before* is asked only for files with findings, and gives a file's bytes as they were: a line that stood
    there before is not this change's. The run's own secrets count all the same.
    """
    own = Redactor(secrets)
    found: dict[tuple[str, int], Finding] = {}
    for path, data in files:
        for finding in _new_ones(list(_scan_file(path, data, own)), data, before):
            found.setdefault((finding.path, finding.line), finding)  # one kind is enough for a line
            if len(found) >= MAX_FINDINGS:
                return tuple(found.values())
    return tuple(found.values())


def _new_ones(findings: list[Finding], data: bytes, before: Callable[[str], bytes | None]) -> list[Finding]:
    """Return those of a file's *findings* whose lines are not in the file as it was *before*."""
    if all(finding.kind == OWN_SECRET for finding in findings):
        return findings
    old = before(findings[0].path)
    if not old:
        return findings
    lines, known = dict(enumerate(data.split(b"\n"), 1)), set(old.split(b"\n"))
    return [one for one in findings if one.kind == OWN_SECRET or lines.get(one.line, b"") not in known]


def _scan_file(path: str, data: bytes, own: Redactor) -> Iterator[Finding]:
    """Yield what one file and its name hold; binary content is searched for the run's own secrets alone."""
    if own.holds_own_secret(path.encode("utf-8", "surrogateescape")):
        yield Finding("a file's name", 0, OWN_SECRET)
        return
    encoding = _UTF_16.get(data[:2])
    text = data.decode(encoding, "replace") if encoding else ""
    if own.holds_own_secret(data) or own.holds_own_secret(text.encode("utf-8", "surrogateescape")):
        yield Finding(path, _line_of_own(text.encode() if encoding else data, own), OWN_SECRET)
    if encoding is None:
        if b"\0" in data[:HEAD_BYTES]:
            return
        text = data.decode("utf-8", "replace")
    yield from _scan_text(path, text)


def _line_of_own(data: bytes, own: Redactor) -> int:
    """Return the number of the first line with a secret of the run; 1 when it spans lines."""
    lines = enumerate(data.split(b"\n"), 1)
    return next((number for number, line in lines if own.holds_own_secret(line)), 1)


def _scan_text(path: str, text: str) -> Iterator[Finding]:
    starts: list[int] = []
    for start, end in _windows(text):
        part = text[start:end]
        for detector in _detectors():
            for kind, value in detector(path, part):
                offset = max(part.find(value), 0)
                if not _counts(kind, value, part, offset):
                    continue
                starts = starts or [0, *(match.end() for match in re.finditer("\n", text))]
                yield Finding(path, bisect_right(starts, start + offset), kind)


def _windows(text: str) -> Iterator[tuple[int, int]]:
    """Yield the parts of *text* worth a closer look: lines with a long word; long lines in pieces."""
    done = 0
    for match in _CANDIDATE.finditer(text):
        if match.end() <= done or not (_DIGIT.search(match[0]) or match[0][0] in "-:"):
            continue
        first = max(text.rfind("\n", 0, match.start()) + 1, match.start() - _OVERLAP, done - _OVERLAP)
        newline = text.find("\n", match.end(), match.end() + _OVERLAP)
        last = newline if newline >= 0 else min(match.end() + _OVERLAP, len(text))
        for start in range(first, last, _WINDOW):
            yield start, min(start + _WINDOW + _OVERLAP, last)
        done = last


def _counts(kind: str, value: str, text: str, offset: int) -> bool:
    """Whether a match is a finding: by its format, unless it lies within encoded data; a guess if random."""
    if kind in _GUESSES:
        return looks_random(value) and not _is_reference(value, text)
    return offset == 0 or text[offset - 1] not in _BASE64


def looks_random(value: str) -> bool:
    """Whether *value* may be a real secret: long, of letters and digits, without an order one could read."""
    if len(value) < _MIN_RANDOM_LENGTH or not re.search(r"\d", value) or not re.search("[A-Za-z]", value):
        return False
    total = len(value)
    entropy = -sum(count / total * math.log2(count / total) for count in Counter(value).values())
    return entropy >= _MIN_ENTROPY


def _is_reference(value: str, text: str) -> bool:
    """Whether *value* only names or shows where a secret goes: `${NAME}`, `<token>`, `get_key()`, a UUID."""
    from detect_secrets.filters import heuristic

    return (
        heuristic.is_templated_secret(value)
        or heuristic.is_prefixed_with_dollar_sign(value)
        or heuristic.is_potential_uuid(value)
        or heuristic.is_sequential_string(value)
        or heuristic.is_indirect_reference(text)
    )


@cache
def _detectors() -> tuple[Detector, ...]:
    """Return everything that looks at a part of a text; detect-secrets is imported on first use."""
    from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class

    always: list[Detector] = [_by_redaction]
    where_named: list[Detector] = []
    plugins: dict[str, Any] = get_mapping_from_secret_type_to_class()
    for kind, plugin in plugins.items():
        if kind in _ENTROPY_LIMITS:
            where_named.append(_by_plugin(kind, plugin(limit=_ENTROPY_LIMITS[kind])))
        elif kind == _BY_NAME:
            where_named.append(_by_plugin(kind, plugin()))
        elif kind not in _IGNORED:
            always.append(_by_plugin(kind, plugin()))
    return (*always, _where_named(where_named))


def _by_redaction(_: str, text: str) -> Iterator[tuple[str, str]]:
    for kind, pattern in PATTERNS:
        for match in pattern.finditer(text):
            yield kind, match[match.lastgroup or 0]


def _by_plugin(kind: str, plugin: Any) -> Detector:
    def detect(path: str, text: str) -> Iterator[tuple[str, str]]:
        for found in plugin.analyze_line(filename=path, line=text):
            yield kind, found.secret_value or ""

    return detect


def _where_named(detectors: Sequence[Detector]) -> Detector:
    """Return *detectors* as one that works only where the text speaks of a password, a key or a secret."""
    from detect_secrets.plugins.keyword import DENYLIST

    words = tuple({word.replace("_?", gap) for word in DENYLIST for gap in ("", "_")})

    def detect(path: str, text: str) -> Iterator[tuple[str, str]]:
        lower = text.lower()
        if any(word in lower for word in words):
            for detector in detectors:
                yield from detector(path, text)

    return detect
