"""The query language for work items: reads a query, and decides which work items it finds.

Covered: `SELECT ... FROM workitems`, conditions joined by AND, OR and NOT in their precedence, the operators
`=`, `<>`, `<`, `>`, `<=`, `>=`, `[NOT] IN` and `[NOT] CONTAINS`, the macros `@project` and `@me`, and
`ORDER BY`. Everything else raises `NotCoveredError`.
https://learn.microsoft.com/azure/devops/boards/queries/wiql-syntax
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from emulators.azure_devops.work_items.fields import is_known

Values = tuple[str, ...]  # what a field holds: nothing, one value, every tag, or every name of a person
Read = Callable[[str], Values]
Condition = Callable[[Read], bool]

FRIENDLY = {
    name.replace(" ", "").lower(): f"System.{name.replace(' ', '')}"
    for name in (
        "Id", "Title", "State", "Reason", "Tags", "Work Item Type", "Assigned To", "Team Project",
        "Created By", "Created Date", "Changed By", "Changed Date", "Area Path", "Iteration Path",
    )
}  # fmt: skip
_TOKEN = re.compile(
    r"""\s*(?:(?P<text>'(?:[^']|'')*'|"(?:[^"]|"")*")|(?P<field>\[[^\]]+\])|(?P<number>-?\d+(?:\.\d+)?)
    |(?P<operator><>|<=|>=|[=<>])|(?P<mark>[(),])|(?P<macro>@\w+)|(?P<word>[A-Za-z_][\w.]*))""",
    re.VERBOSE,
)
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_ORDERED: Mapping[str, Callable[[int], bool]] = {
    "<": lambda sign: sign < 0,
    ">": lambda sign: sign > 0,
    "<=": lambda sign: sign <= 0,
    ">=": lambda sign: sign >= 0,
}


class NotCoveredError(Exception):
    """A part of the language that this module does not read; the message names it."""


class UnknownFieldError(Exception):
    """A field that no work item has; the message is its name."""


class MissingFromError(Exception):
    """The query has no FROM clause."""


@dataclass(frozen=True, slots=True)
class Query:
    """What a query selects, which work items it finds, and by which fields it sorts them."""

    columns: tuple[str, ...]
    finds: Condition
    order: tuple[tuple[str, bool], ...]


def parse(text: str, macros: Mapping[str, str]) -> Query:
    """Return the query that *text* describes; *macros* are the values of `@project` and `@me`.

    Raises NotCoveredError, UnknownFieldError or MissingFromError.
    """
    return _Parser(_tokens(text), macros).query()


def _tokens(text: str) -> list[tuple[str, str]]:
    found, position = [], 0
    while position < len(text.rstrip()):
        match = _TOKEN.match(text, position)
        if match is None or match.lastgroup is None:
            raise NotCoveredError(f"'{text[position : position + 20].strip()}'")
        found.append((match.lastgroup, match[match.lastgroup]))
        position = match.end()
    return found


class _Parser:
    """Reads the tokens of one query from left to right."""

    def __init__(self, tokens: list[tuple[str, str]], macros: Mapping[str, str]) -> None:
        self._tokens = tokens
        self._macros = macros
        self._at = 0

    def query(self) -> Query:
        """Return the whole query."""
        if "from" not in (value.lower() for _, value in self._tokens):
            raise MissingFromError
        self._require("select")
        columns = self._fields()
        self._require("from")
        self._require("workitems")
        finds: Condition = self._either() if self._take("where") else lambda _: True
        order: tuple[tuple[str, bool], ...] = ()
        if self._take("order"):
            self._require("by")
            order = self._order()
        if self._at < len(self._tokens):
            raise NotCoveredError(self._next()[1])
        return Query(columns, finds, order)

    def _fields(self) -> tuple[str, ...]:
        found = [self._field()]
        while self._take(","):
            found.append(self._field())
        return tuple(found)

    def _order(self) -> tuple[tuple[str, bool], ...]:
        found = []
        while True:
            name = self._field()
            descending = self._take("desc")
            if not descending:
                self._take("asc")
            found.append((name, descending))
            if not self._take(","):
                return tuple(found)

    def _either(self) -> Condition:
        left = self._both()
        while self._take("or"):
            left = _or(left, self._both())
        return left

    def _both(self) -> Condition:
        left = self._one()
        while self._take("and"):
            left = _and(left, self._one())
        return left

    def _one(self) -> Condition:
        if self._take("not"):
            return _not(self._one())
        if self._take("("):
            inner = self._either()
            self._require(")")
            return inner
        return self._comparison()

    def _comparison(self) -> Condition:
        field = self._field()
        negated = self._take("not")
        operator = self._next()[1].lower()
        if operator == "in":
            condition = _one_of(field, self._list())
        elif operator == "contains":
            condition = _contains(field, self._value())
        elif negated or operator not in ("=", "<>", *_ORDERED):
            raise NotCoveredError(f"the operator {'NOT ' if negated else ''}{operator.upper()}")
        elif field == "system.tags":
            raise NotCoveredError(f"the operator {operator} on System.Tags")
        elif operator in _ORDERED:
            condition = _compared(field, operator, self._value())
        else:
            condition = _one_of(field, [self._value()])
            negated = operator == "<>"
        return _not(condition) if negated else condition

    def _field(self) -> str:
        kind, value = self._next()
        if kind not in ("field", "word"):
            raise NotCoveredError(f"{value} in place of a field")
        name = value.strip("[]").strip()
        known = FRIENDLY.get(name.replace(" ", "").lower(), name)
        if "." not in known:
            raise NotCoveredError(f"the field name {value} (use its reference name)")
        if not is_known(known):
            raise UnknownFieldError(name)
        return known.lower()

    def _list(self) -> list[str]:
        self._require("(")
        found = [self._value()]
        while self._take(","):
            found.append(self._value())
        self._require(")")
        return found

    def _value(self) -> str:
        kind, value = self._next()
        if kind == "text":
            return value[1:-1].replace(value[0] * 2, value[0]).lower()
        if kind == "number":
            return value
        if kind == "macro" and value.lower() in self._macros:
            return self._macros[value.lower()].lower()
        raise NotCoveredError(f"the value {value}")

    def _next(self) -> tuple[str, str]:
        if self._at == len(self._tokens):
            raise NotCoveredError("a query that ends here")
        self._at += 1
        return self._tokens[self._at - 1]

    def _take(self, word: str) -> bool:
        if self._at == len(self._tokens):
            return False
        kind, value = self._tokens[self._at]
        found = kind in ("word", "mark") and value.lower() == word
        self._at += found
        return found

    def _require(self, word: str) -> None:
        if not self._take(word):
            raise NotCoveredError(f"'{self._next()[1]}' in place of {word.upper()}")


def _or(left: Condition, right: Condition) -> Condition:
    return lambda read: left(read) or right(read)


def _and(left: Condition, right: Condition) -> Condition:
    return lambda read: left(read) and right(read)


def _not(condition: Condition) -> Condition:
    return lambda read: not condition(read)


def _one_of(field: str, wanted: list[str]) -> Condition:
    for value in wanted:
        _check_day(field, value)
    return lambda read: any(
        sign(field, actual, value) == 0 for actual in read(field) or ("",) for value in wanted
    )


def _contains(field: str, wanted: str) -> Condition:
    if field == "system.tags":
        return lambda read: wanted in (tag.lower() for tag in read(field))
    return lambda read: any(wanted in actual.lower() for actual in read(field))


def _compared(field: str, operator: str, wanted: str) -> Condition:
    _check_day(field, wanted)
    holds = _ORDERED[operator]
    return lambda read: any(holds(sign(field, actual, wanted)) for actual in read(field))


def _check_day(field: str, value: str) -> None:
    """Dates are compared by day, as they are unless the request asks for `timePrecision`."""
    if field.endswith("date") and value and not _DAY.fullmatch(value):
        raise NotCoveredError(f"the date {value} (use YYYY-MM-DD)")


def sign(field: str, left: str, right: str) -> int:
    """Return -1, 0 or 1 as *left* sorts before, like or after *right*: as days, as numbers or as text."""
    if field.endswith("date"):
        left = left[:10]
    try:
        difference = float(left) - float(right)
    except ValueError:
        low, high = left.lower(), right.lower()
        return (low > high) - (low < high)
    return (difference > 0) - (difference < 0)
