"""The content of a YAML file: texts, fields and items, each with its position.

Every scalar is a text, because Azure Pipelines gives values their types by the place where they stand.
https://learn.microsoft.com/azure/devops/pipelines/yaml-schema
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Text:
    """A scalar; an empty one and `null` are empty texts."""

    value: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Fields:
    """A mapping, in the order of the file."""

    entries: tuple[tuple[Text, "Tree"], ...]
    line: int
    column: int

    def get(self, name: str) -> "Tree | None":
        """Return the value of the field *name*, in any case, or None."""
        found = (value for key, value in self.entries if key.value.lower() == name.lower())
        return next(found, None)


@dataclass(frozen=True, slots=True)
class Items:
    """A sequence."""

    values: tuple["Tree", ...]
    line: int
    column: int


Tree = Text | Fields | Items
