"""Reads parts of a YAML file: texts, flags, and fields that are known, covered or neither.

https://learn.microsoft.com/azure/devops/pipelines/yaml-schema
"""

from collections.abc import Collection
from dataclasses import dataclass

from emulators.azure_devops.core.errors import VssError
from emulators.azure_devops.pipelines.document.problems import misplaced, not_covered
from emulators.azure_devops.pipelines.document.tree import Fields, Items, Text, Tree

FLAGS = {"true": True, "false": False}


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads the file at *path*; every method raises 400 for what the schema does not allow."""

    path: str

    def wrong(self, part: Tree, message: str) -> VssError:
        """400: a part of the file is wrong."""
        return misplaced(self.path, part, message)

    def not_covered(self, part: Tree, what: str) -> VssError:
        """501: a part of the file is not covered."""
        return not_covered(self.path, part, what)

    def text(self, part: Tree) -> str:
        """Return the text of a scalar; raises 400 for another part."""
        if not isinstance(part, Text):
            raise self.wrong(part, "Expected a scalar")
        return part.value

    def flag(self, part: Tree) -> bool:
        """Return the truth value of a scalar; raises 400 for another part."""
        value = self.text(part).lower()
        if value not in FLAGS:
            raise self.wrong(part, f"Expected a boolean value. Actual value: '{self.text(part)}'")
        return FLAGS[value]

    def fields(self, part: Tree) -> Fields:
        """Return a mapping; raises 400 for another part."""
        if not isinstance(part, Fields):
            raise self.wrong(part, "Expected a mapping")
        return part

    def items(self, part: Tree) -> tuple[Tree, ...]:
        """Return the values of a sequence; raises 400 for another part."""
        if not isinstance(part, Items):
            raise self.wrong(part, "Expected a sequence")
        return part.values

    def texts(self, part: Tree) -> dict[str, str]:
        """Return a mapping of names to texts."""
        return {key.value: self.text(value) for key, value in self.fields(part).entries}

    def check_names(self, part: Fields, covered: Collection[str], known: Collection[str]) -> None:
        """Raise 501 for a field that only the service covers, 400 for one that it does not know either."""
        for name, _ in part.entries:
            if name.value.startswith("${{"):
                raise self.not_covered(name, f"the template expression '{name.value}' in place of a name")
            if name.value.lower() in (one.lower() for one in covered):
                continue
            if name.value.lower() in (one.lower() for one in known):
                raise self.not_covered(name, f"'{name.value}' in a pipeline")
            raise self.wrong(name, f"Unexpected value '{name.value}'")
