"""How long a run goes without a look at its containers: hints come at every change, so looks grow rare.

A look costs the Durable extension about twelve storage requests.
"""

import datetime as dt

FIRST_SECONDS = (2.0, 4.0, 8.0, 30.0, 60.0)  # pauses after the containers were asked for
CONFIRMING_SECONDS = (2.0, 5.0, 8.0)  # the platform may restart or move a group for some seconds
STILL_AFTER = dt.timedelta(minutes=3)
GROWING_FACTOR = 4  # an agent that works is looked at that much more rarely than one that stands still
MIN_SECONDS = 0.2


def pause(launched: dt.datetime, grew: dt.datetime | None, now: dt.datetime, poll_seconds: float) -> float:
    """Return the seconds until the next look at containers that were *launched* and last *grew* a file then.

    *poll_seconds* is the pause for a run whose progress and log stand still (POLL_SECONDS).
    """
    still = grew is None or now - grew >= STILL_AFTER
    longest = poll_seconds if still else GROWING_FACTOR * poll_seconds
    since, passed = (now - launched).total_seconds(), 0.0
    for seconds in FIRST_SECONDS:
        passed += seconds
        if since < passed:
            return min(seconds, longest)
    return longest


def confirming_pause(absences: int, poll_seconds: float) -> float:
    """Return the seconds until the look that confirms *absences* earlier ones, counted from 0."""
    wanted = CONFIRMING_SECONDS[min(absences, len(CONFIRMING_SECONDS) - 1)]
    return min(wanted, max(poll_seconds, MIN_SECONDS))
