"""Times as the service writes them: https://learn.microsoft.com/rest/api/container-instances/container-groups/get."""

import datetime as dt


def now() -> str:
    """Return the current time in ISO 8601, in UTC, with microseconds."""
    return dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
