"""Whether an orchestration stands still: nothing that it could be waiting for is still to come.

Its history says what it waits for. A timer is due at a time that is known. An activity may take as long as
the platform lets it, because one that waits for its storage, or pushes a large change, is none to interrupt.
With neither of the two there is no next turn: the last one called what no function answers, or its worker
hangs.

https://learn.microsoft.com/azure/azure-functions/durable/durable-functions-http-api#get-instance-status
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

# An activity has half an hour (functionTimeout in host.json), and before that it may wait for its turn.
ACTIVITY_LIMIT = dt.timedelta(minutes=40)
TIMER_DELAY = dt.timedelta(minutes=1)  # with which a hub that is busy may deliver it


def stands_still(history: Iterable[Mapping[str, Any]], now: dt.datetime) -> bool:
    """Whether an orchestration with this *history*, as a status query shows it, waits for nothing at *now*.

    What no history shows is a wait for an event alone; the orchestration of a run always has a timer, too.
    """
    events = list(history)
    under_way = _times(events, "TaskScheduled", "Timestamp")  # one that has ended is shown as completed
    if under_way:
        return max(under_way) < now - ACTIVITY_LIMIT
    due = _times(events, "TimerCreated", "FireAt") - _times(events, "TimerFired", "FireAt")
    return not due or max(due) < now - TIMER_DELAY


def _times(events: Iterable[Mapping[str, Any]], kind: str, name: str) -> Counter[dt.datetime]:
    found = (event.get(name) for event in events if event.get("EventType") == kind)
    return Counter(dt.datetime.fromisoformat(str(time)) for time in found if time)
