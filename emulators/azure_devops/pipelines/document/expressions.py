"""Template expressions: `${{ parameters.name }}`, which the service expands before a run starts.

The value is inserted as it is, also into scripts; it is not expanded again.
https://learn.microsoft.com/azure/devops/pipelines/process/template-expressions
https://learn.microsoft.com/azure/devops/pipelines/security/inputs
"""

import re
from collections.abc import Mapping

from emulators.azure_devops.pipelines.document.reading import Reader
from emulators.azure_devops.pipelines.document.tree import Fields, Items, Text, Tree

EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
PARAMETER = re.compile(r"""parameters(?:\.([A-Za-z_][\w-]*)|\[\s*'([^']*)'\s*\])""", re.IGNORECASE)


def expand(reader: Reader, part: Tree, parameters: Mapping[str, str]) -> Tree:
    """Return *part* with its template expressions replaced; *parameters* are by lower-case name.

    Raises 400 for an unknown parameter, 501 for an expression that is not a parameter.
    """
    if isinstance(part, Items):
        values = tuple(expand(reader, value, parameters) for value in part.values)
        return Items(values, part.line, part.column)
    if isinstance(part, Fields):
        entries = tuple((key, expand(reader, value, parameters)) for key, value in part.entries)
        return Fields(entries, part.line, part.column)
    return _expanded(reader, part, parameters)


def _expanded(reader: Reader, text: Text, parameters: Mapping[str, str]) -> Text:
    def value_of(found: re.Match[str]) -> str:
        expression = found[1].strip()
        named = PARAMETER.fullmatch(expression)
        if named is None:
            raise reader.not_covered(text, f"the template expression '{expression[:100]}'")
        name = (named[1] or named[2]).lower()
        if name not in parameters:
            raise reader.wrong(text, f"Key not found '{name}'")
        return parameters[name]

    return Text(EXPRESSION.sub(value_of, text.value), text.line, text.column)
