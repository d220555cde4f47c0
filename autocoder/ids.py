"""Generated names: run ids, branch names, names of container groups, and keys of claims.

Text that people wrote (titles, prompts) enters a branch name only as a slug of ASCII letters, digits and
hyphens.
"""

import datetime as dt
import hashlib
import re
import secrets
import string
import time
import unicodedata

from autocoder.rounds import Round

ALPHABET = string.digits + string.ascii_lowercase
TIME_DIGITS = 9
RANDOM_DIGITS = 11
MAX_TIME = 36**TIME_DIGITS - 1
SLUG_LENGTH = 40
GROUP_PREFIX = "autocoder-"
DELIVERY_PREFIX = "delivery-"  # no run id has a hyphen
_GROUP = re.compile(rf"{GROUP_PREFIX}([a-z0-9]{{{TIME_DIGITS + RANDOM_DIGITS}}})-([1-9]\d{{0,5}})")
_PREFIX = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*/?")


def new_run_id(now_ms: int | None = None) -> str:
    """Return a new run id: inverted milliseconds, so that newer ids sort first, then random characters."""
    inverted = MAX_TIME - (time.time_ns() // 1_000_000 if now_ms is None else now_ms)
    return _digits(inverted, TIME_DIGITS) + _digits(secrets.randbelow(36**RANDOM_DIGITS), RANDOM_DIGITS)


def _digits(number: int, count: int) -> str:
    """Return the last *count* digits of *number* to the base 36."""
    digits = ""
    for _ in range(count):
        number, digit = divmod(number, 36)
        digits = ALPHABET[digit] + digits
    return digits


def generated_at(run_id: str) -> dt.datetime:
    """Return when the run id was generated. Raises ValueError when it is not a run id."""
    milliseconds = MAX_TIME - int(run_id[:TIME_DIGITS], 36)
    return dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(milliseconds=milliseconds)


def slug(text: str) -> str:
    """Return *text* as at most 40 ASCII letters, digits and single hyphens, or `change` if none are left."""
    plain = unicodedata.normalize("NFKD", text[:400]).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    return words[:SLUG_LENGTH].strip("-") or "change"


def is_branch_prefix(prefix: str) -> bool:
    """Whether a branch name can begin with *prefix* (ASCII only).

    https://git-scm.com/docs/git-check-ref-format
    """
    parts = prefix.split("/")
    good = _PREFIX.fullmatch(prefix) is not None and ".." not in prefix and len(prefix) <= 100
    return good and not any(part.endswith((".lock", ".")) for part in parts)


def branch_name(prefix: str, work_item_id: int | None, title: str, run_id: str) -> str:
    """Return the name of the run's branch, without refs/heads/.

    Raises ValueError when *prefix* cannot begin a branch name.
    """
    if not is_branch_prefix(prefix):
        raise ValueError(f"{prefix!r} cannot begin a branch name")
    number = f"{work_item_id}-" if work_item_id is not None else ""
    return f"{prefix}{number}{slug(title)}-{run_id[-6:]}"


def group_name(current: Round) -> str:
    """Return the name of the container group of a round."""
    return f"{GROUP_PREFIX}{current.run_id}-{current.number}"


def round_of_group(name: str) -> Round | None:
    """Return the round whose container group has this *name*, or None when no round's has."""
    found = _GROUP.fullmatch(name)
    return Round(found[1], int(found[2])) if found else None


def delivery_instance(delivery: str) -> str:
    """Return the id of the orchestration that takes the delivery with this id."""
    return f"{DELIVERY_PREFIX}{delivery}"


def key(*parts: object) -> str:
    """Return the row key of a claim: a hash of *parts* and of their lengths."""
    digest = hashlib.sha256()
    for part in parts:
        data = str(part).encode()
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()
