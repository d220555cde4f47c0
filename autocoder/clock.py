"""Current time as stored in rows; not for orchestrators, which replay."""

import datetime as dt


def now() -> str:
    """Return the current time in UTC as ISO 8601 with milliseconds."""
    return dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds")
