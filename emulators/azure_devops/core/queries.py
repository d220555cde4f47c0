"""Query parameters: those that an operation reads, and the enumeration values that it covers.

A parameter that an operation does not declare is refused, because an answer that ignores it would be wrong.
A parameter without a value counts as absent: Microsoft's Node client sends such parameters.
https://learn.microsoft.com/rest/api/azure/devops
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from emulators.azure_devops.core import errors


@dataclass(frozen=True, slots=True)
class Choice:
    """An enumeration: its covered values, the service's values that are not covered, and their numbers."""

    covered: tuple[str, ...]
    uncovered: tuple[str, ...] = ()
    numbers: Mapping[str, str] = field(default_factory=dict)

    def read(self, operation: str, name: str, value: str) -> str:
        """Return *value* as the documentation spells it; clients may send its number.

        Raises 400 when the enumeration has no such value, 501 when this emulator does not cover it.
        """
        wanted = self.numbers.get(value, value).lower()
        for known in self.covered:
            if known.lower() == wanted:
                return known
        if wanted in (known.lower() for known in self.uncovered):
            raise errors.not_covered(operation, f"{name}={value}")
        raise errors.argument(f"The value '{value}' is not valid for {name}.", name)


Readable = Mapping[str, Choice | None]
FLAG = Choice(("true", "false"))
OFF = Choice(("false",), ("true",))
ON = Choice(("true",), ("false",))


def texts(*names: str) -> dict[str, Choice | None]:
    """Return parameters whose value may be any text (or a number, which the operation checks)."""
    return dict.fromkeys(names)


def flags(*names: str) -> dict[str, Choice | None]:
    """Return parameters that are true or false."""
    return dict.fromkeys(names, FLAG)


def off(*names: str) -> dict[str, Choice | None]:
    """Return flags of which only the default, false, is covered."""
    return dict.fromkeys(names, OFF)


PAGE = texts("$top", "$skip")


def read(operation: str, readable: Readable, query: Mapping[str, str]) -> dict[str, str]:
    """Return the parameters of *query* by lower-case name, with enumeration values spelled as documented.

    Raises 501 for a parameter that *operation* does not read, 400 for an unknown value of an enumeration.
    """
    known = {name.lower(): (name, choice) for name, choice in readable.items()}
    found: dict[str, str] = {}
    for given, value in query.items():
        lower = given.lower()
        if lower == "api-version" or lower in found or not value:
            continue
        if lower not in known:
            raise errors.not_covered(operation, f"the query parameter {given}")
        name, choice = known[lower]
        found[lower] = choice.read(operation, name, value) if choice else value
    return found
