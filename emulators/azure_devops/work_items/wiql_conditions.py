"""The conditions of a query for work items, which test the values of a field.

https://learn.microsoft.com/azure/devops/boards/queries/query-operators-variables
"""

import re
from collections.abc import Callable, Mapping

Values = tuple[str, ...]  # the values of a field: none, one, all tags, or all names of a person
Read = Callable[[str], Values]
Condition = Callable[[Read], bool]

_DAY = re.compile(r"\d{4}-\d\d-\d\d")
ORDERED: Mapping[str, Callable[[int], bool]] = {
    "<": lambda sign: sign < 0,
    ">": lambda sign: sign > 0,
    "<=": lambda sign: sign <= 0,
    ">=": lambda sign: sign >= 0,
}


class NotCoveredError(Exception):
    """A part of the language that is not covered; the message names it."""


def either(left: Condition, right: Condition) -> Condition:
    """Return the condition *left* OR *right*."""
    return lambda read: left(read) or right(read)


def both(left: Condition, right: Condition) -> Condition:
    """Return the condition *left* AND *right*."""
    return lambda read: left(read) and right(read)


def opposite(condition: Condition) -> Condition:
    """Return the condition NOT *condition*."""
    return lambda read: not condition(read)


def one_of(field: str, wanted: list[str]) -> Condition:
    """Return the condition that *field* equals one of *wanted*; raises NotCoveredError for a time of day."""
    for value in wanted:
        _check_day(field, value)
    return lambda read: any(
        sign(field, actual, value) == 0 for actual in read(field) or ("",) for value in wanted
    )


def contains(field: str, wanted: str) -> Condition:
    """Return the condition that the text of *field* contains *wanted*, or is one of the tags."""
    if field == "system.tags":
        return lambda read: wanted in (tag.lower() for tag in read(field))
    return lambda read: any(wanted in actual.lower() for actual in read(field))


def compared(field: str, operator: str, wanted: str) -> Condition:
    """Return the condition that compares *field* with *wanted*; raises NotCoveredError for a time of day."""
    _check_day(field, wanted)
    holds = ORDERED[operator]
    return lambda read: any(holds(sign(field, actual, wanted)) for actual in read(field))


def _check_day(field: str, value: str) -> None:
    """Check that *value* is a day; dates are compared by day unless `timePrecision` is requested."""
    if field.endswith("date") and value and not _DAY.fullmatch(value):
        raise NotCoveredError(f"the date {value} (use YYYY-MM-DD)")


def sign(field: str, left: str, right: str) -> int:
    """Return -1, 0 or 1 if *left* sorts before, with or after *right*, as days, numbers or text."""
    if field.endswith("date"):
        left = left[:10]
    try:
        difference = float(left) - float(right)
    except ValueError:
        low, high = left.lower(), right.lower()
        return (low > high) - (low < high)
    return (difference > 0) - (difference < 0)
