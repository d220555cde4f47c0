"""NCRONTAB, the schedule of a timer trigger: `{second} {minute} {hour} {day} {month} {day-of-week}`.

With five fields, the seconds are 0. Day and day of the week must both match. Times are UTC.
https://learn.microsoft.com/azure/azure-functions/functions-bindings-timer#ncrontab-expressions
"""

import datetime as dt
import re
from dataclasses import dataclass

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
FIELDS = ((0, 59, ()), (0, 59, ()), (0, 23, ()), (1, 31, ()), (1, 12, MONTHS), (0, 6, DAYS))
MAX_SEARCH_DAYS = 366 * 9  # 29 February can be eight years away


@dataclass(frozen=True, slots=True)
class Schedule:
    """The sorted values of each field."""

    seconds: tuple[int, ...]
    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: tuple[int, ...]
    months: tuple[int, ...]
    weekdays: tuple[int, ...]

    def next(self, after: dt.datetime) -> dt.datetime:
        """Return the first time later than *after*; raises `ValueError` for a date that does not exist."""
        earliest = after.replace(microsecond=0) + dt.timedelta(seconds=1)
        for offset in range(MAX_SEARCH_DAYS):
            day = earliest.date() + dt.timedelta(days=offset)
            if not self._is_on(day):
                continue
            for time in self._times():
                found = dt.datetime.combine(day, time, after.tzinfo)
                if found >= earliest:
                    return found
        raise ValueError("the schedule names a date that does not exist")

    def _is_on(self, day: dt.date) -> bool:
        weekday = day.isoweekday() % 7
        return day.month in self.months and day.day in self.days and weekday in self.weekdays

    def _times(self) -> list[dt.time]:
        return [dt.time(h, m, s) for h in self.hours for m in self.minutes for s in self.seconds]


def parse(text: str) -> Schedule:
    """Return the schedule in *text*; raises `ValueError` with the reason."""
    fields = text.split()
    if len(fields) == len(FIELDS) - 1:
        fields = ["0", *fields]
    if len(fields) != len(FIELDS):
        raise ValueError(f"'{text}' is not a valid NCRONTAB expression: it must have five or six fields")
    try:
        values = [_field(field, *rule) for field, rule in zip(fields, FIELDS, strict=True)]
    except ValueError as error:
        raise ValueError(f"'{text}' is not a valid NCRONTAB expression: {error}") from None
    return Schedule(*values)


def _field(text: str, low: int, high: int, names: tuple[str, ...]) -> tuple[int, ...]:
    found: set[int] = set()
    for part in text.lower().split(","):
        span, _, step = part.partition("/")
        if step and (not step.isdecimal() or int(step) == 0):
            raise ValueError(f"'{part}' has no valid step")
        first, last = _span(span, low, high, names)
        if step and "-" not in span and span != "*":
            last = high
        found.update(range(first, last + 1, int(step or 1)))
    return tuple(sorted(found))


def _span(text: str, low: int, high: int, names: tuple[str, ...]) -> tuple[int, int]:
    if text == "*":
        return low, high
    ends = [_number(end, low, names) for end in text.split("-")]
    if len(ends) > 2 or not all(low <= end <= high for end in ends) or ends[0] > ends[-1]:
        raise ValueError(f"'{text}' is not between {low} and {high}")
    return ends[0], ends[-1]


def _number(text: str, low: int, names: tuple[str, ...]) -> int:
    if re.fullmatch(r"\d+", text):
        return int(text)
    if text[:3] in names:
        return names.index(text[:3]) + low
    raise ValueError(f"'{text}' is not a number")
