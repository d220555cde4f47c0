"""Template expressions: `${{ parameters.name }}`, which the service expands before a run starts.

The value is inserted as it is, also into scripts; it is not expanded again.
https://learn.microsoft.com/azure/devops/pipelines/process/template-expressions
https://learn.microsoft.com/azure/devops/pipelines/security/inputs
"""

import re
from collections.abc import Mapping

from emulators.azure_devops.pipelines.document.reading import Reader
from emulators.azure_devops.pipelines.document.tree import Fields, Items, Text, Tree

EXPRESSION = re.compile(r"\$\{\{((?:(?!\$\{\{|\}\}).)*)\}\}", re.DOTALL)
PARAMETER = re.compile(r"""parameters(?:\.([A-Za-z_][\w-]*)|\[\s*'([^']*)'\s*\])""", re.IGNORECASE)
MAX_EXPANDED = (
    20_000_000  # https://learn.microsoft.com/azure/devops/pipelines/process/templates#imposed-limits
)


class Expander:
    """Expands the expressions of one file; *parameters* are by lower-case name."""

    def __init__(self, reader: Reader, parameters: Mapping[str, str]) -> None:
        self._reader, self._parameters = reader, parameters
        self._size = 0

    def expand(self, part: Tree) -> Tree:
        """Return *part* with its template expressions replaced.

        Raises 400 for an unknown parameter and for too large a result, 501 for an expression that is not a
        parameter.
        """
        if isinstance(part, Items):
            return Items(tuple(self.expand(value) for value in part.values), part.line, part.column)
        if isinstance(part, Fields):
            entries = tuple((key, self.expand(value)) for key, value in part.entries)
            return Fields(entries, part.line, part.column)
        value = EXPRESSION.sub(lambda found: self._value(part, found[1].strip()), part.value)
        return Text(value, part.line, part.column)

    def _value(self, text: Text, expression: str) -> str:
        named = PARAMETER.fullmatch(expression)
        if named is None:
            raise self._reader.not_covered(text, f"the template expression '{expression[:100]}'")
        name = (named[1] or named[2]).lower()
        if name not in self._parameters:
            raise self._reader.wrong(text, f"Key not found '{name}'")
        self._size += len(self._parameters[name])
        if self._size > MAX_EXPANDED:
            raise self._reader.wrong(text, "Maximum object size exceeded")
        return self._parameters[name]
