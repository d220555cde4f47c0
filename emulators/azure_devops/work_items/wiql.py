"""Parses the query language for work items (WIQL) into a condition and a sort order.

Covered: `SELECT ... FROM workitems`, conditions joined by AND, OR and NOT in their precedence, the operators
`=`, `<>`, `<`, `>`, `<=`, `>=`, `[NOT] IN` and `[NOT] CONTAINS`, the macros `@project` and `@me`, and
`ORDER BY`. Everything else raises NotCoveredError.
https://learn.microsoft.com/azure/devops/boards/queries/wiql-syntax
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from emulators.azure_devops.work_items.fields import is_known
from emulators.azure_devops.work_items.wiql_conditions import (
    ORDERED,
    Condition,
    NotCoveredError,
    both,
    compared,
    contains,
    either,
    one_of,
    opposite,
)

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


class UnknownFieldError(Exception):
    """A field that does not exist; the message is its name."""


class MissingFromError(Exception):
    """The query has no FROM clause."""


@dataclass(frozen=True, slots=True)
class Query:
    """A parsed query: the selected columns, the condition, and the fields to sort by."""

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
        """Return the query; raises NotCoveredError, UnknownFieldError or MissingFromError."""
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
            left = either(left, self._both())
        return left

    def _both(self) -> Condition:
        left = self._one()
        while self._take("and"):
            left = both(left, self._one())
        return left

    def _one(self) -> Condition:
        if self._take("not"):
            return opposite(self._one())
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
            condition = one_of(field, self._list())
        elif operator == "contains":
            condition = contains(field, self._value())
        elif negated or operator not in ("=", "<>", *ORDERED):
            raise NotCoveredError(f"the operator {'NOT ' if negated else ''}{operator.upper()}")
        elif field == "system.tags":
            raise NotCoveredError(f"the operator {operator} on System.Tags")
        elif operator in ORDERED:
            condition = compared(field, operator, self._value())
        else:
            condition = one_of(field, [self._value()])
            negated = operator == "<>"
        return opposite(condition) if negated else condition

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
