"""The time, as the rows of runs have it; not for orchestrators, which replay."""

import datetime as dt


def now() -> str:
    """Return the current time in UTC as ISO 8601 with milliseconds."""
    return dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds")


def days_ago(days: int) -> dt.datetime:
    """Return the time in UTC *days* days ago: what ended before `LOG_RETENTION_DAYS` is deleted."""
    return dt.datetime.now(dt.UTC) - dt.timedelta(days=days)
