"""How long a service asks its caller to wait: the `Retry-After` header of RFC 9110, section 10.2.3.

`orchestrators/step.py` does the waiting, and waits longer when a service stays busy.
https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
"""

from datetime import UTC, datetime

MAX_WAIT_SECONDS = 600.0
DEFAULT_WAIT_SECONDS = 5.0


def wait_seconds(
    value: str | None, default: float = DEFAULT_WAIT_SECONDS, now: datetime | None = None
) -> float:
    """Return the seconds that *value* asks for, from 0 to MAX_WAIT_SECONDS; *default* when it says nothing.

    *value* is a number of seconds or an HTTP date, which is compared with *now* (the current time).
    """
    text = (value or "").strip()
    if text.isascii() and text.isdigit():
        return min(float(text[:9]), MAX_WAIT_SECONDS)
    date = _date(text)
    if date is None:
        return default
    seconds = (date - (now or datetime.now(UTC))).total_seconds()
    return min(max(seconds, 0.0), MAX_WAIT_SECONDS)


def _date(text: str) -> datetime | None:
    """Return the HTTP date in *text*, or None when it is something else."""
    if len(text) > 64:  # the longest form has 33 characters
        return None
    from email.utils import parsedate_to_datetime  # slow to import, and most answers carry no date

    try:
        date = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)
