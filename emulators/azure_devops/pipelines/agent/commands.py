"""Logging commands: `##vso[task.setvariable variable=name]value`, anywhere in a line.

https://learn.microsoft.com/azure/devops/pipelines/scripts/logging-commands
"""

import re
from dataclasses import dataclass, field

PREFIX = "##vso["
NAME = re.compile(r"\w+\.\w+")
ESCAPED = {"%3B": ";", "%0D": "\r", "%0A": "\n", "%5D": "]", "%AZP25": "%", "%25": "%"}
_ESCAPES = re.compile("|".join(ESCAPED), re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Command:
    """A logging command: `area.event`, its properties by lower-case name, and its data."""

    name: str
    data: str
    properties: dict[str, str] = field(default_factory=dict)

    def get(self, name: str) -> str:
        """Return a property, or ""."""
        return self.properties.get(name.lower(), "")

    def flag(self, name: str) -> bool:
        """Whether a property says true."""
        return self.get(name).lower() == "true"


def command_in(line: str) -> Command | None:
    """Return the logging command in *line*, or None; only the first marker in a line counts."""
    _, prefix, rest = line.partition(PREFIX)
    head, bracket, data = rest.partition("]")
    area, _, given = head.partition(" ")
    if not prefix or not bracket or NAME.fullmatch(area) is None:
        return None
    properties: dict[str, str] = {}
    for part in given.split(";"):
        name, equals, value = part.partition("=")
        if equals and name.strip():
            properties[name.strip().lower()] = unescaped(value)
    return Command(area.lower(), unescaped(data), properties)


def unescaped(text: str) -> str:
    """Return *text* with the escapes of logging commands replaced."""
    return _ESCAPES.sub(lambda found: ESCAPED[found[0].upper()], text)
