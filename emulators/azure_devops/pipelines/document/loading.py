"""Loads a YAML file without anchors, within limits of size and depth, and without constructing objects.

https://learn.microsoft.com/azure/devops/pipelines/yaml-schema
https://pyyaml.org/wiki/PyYAMLDocumentation
"""

import yaml

from emulators.azure_devops.core import errors
from emulators.azure_devops.pipelines.document.problems import OPERATION, invalid, misplaced
from emulators.azure_devops.pipelines.document.tree import Fields, Items, Text, Tree

MAX_BYTES = 256 << 10
MAX_DEPTH = 50
NULLS = ("", "~", "null", "Null", "NULL")


def load(path: str, content: bytes) -> Fields:
    """Return the mapping in the YAML file at *path* (`/azure-pipelines.yml`).

    Raises 400 for a file that the service refuses as well, 501 for one that exceeds the limits.
    """
    if len(content) > MAX_BYTES:
        raise errors.not_covered(OPERATION, f"a YAML file of over {MAX_BYTES} bytes")
    try:
        text = content.decode("utf-8-sig")
        _check(path, text)
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise invalid(f"{path}: {_words(error)}") from None
    if not isinstance(node, yaml.MappingNode):
        raise invalid(f"{path} (Line: 1, Col: 1): Expected a mapping")
    return _fields(path, node)


def _check(path: str, text: str) -> None:
    """Raise 400 for anchors, which could multiply the content, and 501 for extreme nesting."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        if isinstance(event, yaml.NodeEvent) and event.anchor:
            anchor = f"Anchors are not currently supported. Remove the anchor '{event.anchor}'"
            raise invalid(f"{path}: {anchor}")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        if isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH:
            raise errors.not_covered(OPERATION, f"a YAML file nested over {MAX_DEPTH} levels")


def _words(error: Exception) -> str:
    """Return the cause on one line, with its position if it is known."""
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or str(error)
    where = f"(Line: {mark.line + 1}, Col: {mark.column + 1}) " if mark else ""
    return f"{where}{' '.join(str(problem).split())}"


def _tree(path: str, node: yaml.Node) -> Tree:
    line, column = node.start_mark.line + 1, node.start_mark.column + 1
    if isinstance(node, yaml.MappingNode):
        return _fields(path, node)
    if isinstance(node, yaml.SequenceNode):
        return Items(tuple(_tree(path, value) for value in node.value), line, column)
    is_plain = isinstance(node, yaml.ScalarNode) and node.style is None
    is_null = is_plain and node.value in NULLS
    return Text("" if is_null else str(node.value), line, column)


def _fields(path: str, node: yaml.MappingNode) -> Fields:
    entries: list[tuple[Text, Tree]] = []
    known: set[str] = set()
    for key, value in node.value:
        name = _tree(path, key)
        if not isinstance(name, Text):
            raise invalid(f"{path} (Line: {name.line}, Col: {name.column}): Expected a scalar")
        if name.value.lower() in known:
            raise misplaced(path, name, f"'{name.value}' is already defined")
        known.add(name.value.lower())
        entries.append((name, _tree(path, value)))
    return Fields(tuple(entries), node.start_mark.line + 1, node.start_mark.column + 1)
