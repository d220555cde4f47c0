"""The moment, as rows keep it. No orchestrator may ask for it: it would be another at each replay."""

import datetime as dt


def now() -> str:
    """Return this moment: ISO 8601, UTC, in milliseconds."""
    return dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds")
