"""Validates the JSON files that app and containers exchange against the schemas in `schemas/`.

The schemas are generated from the product's models. Only the keywords that they use are implemented; any
other keyword is reported as a problem, so that no check is skipped.
https://json-schema.org/draft/2020-12/json-schema-validation
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from autocoder.shared.json_text import parse_json

FOLDER = Path(__file__).parent / "schemas"

Schema = dict[str, Any]

_TYPES: dict[str, Callable[[Any], bool]] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
}
_LEAVES: dict[str, Callable[[Any, Any], bool]] = {
    "type": lambda value, wanted: _TYPES[wanted](value),
    "enum": lambda value, wanted: value in wanted,
    "const": lambda value, wanted: value == wanted,
    "pattern": lambda value, wanted: not isinstance(value, str) or re.search(wanted, value) is not None,
    "exclusiveMinimum": lambda value, wanted: not _TYPES["number"](value) or value > wanted,
    "minimum": lambda value, wanted: not _TYPES["number"](value) or value >= wanted,
    "minItems": lambda value, wanted: not isinstance(value, list) or len(value) >= wanted,
    "maxItems": lambda value, wanted: not isinstance(value, list) or len(value) <= wanted,
    "maxLength": lambda value, wanted: not isinstance(value, str) or len(value) <= wanted,
    "required": lambda value, wanted: not isinstance(value, dict) or value.keys() >= set(wanted),
}
_NESTED = {"properties", "additionalProperties", "items", "prefixItems", "anyOf", "$ref"}
_SILENT = {"$defs", "title", "description", "default"}


def load(name: str, text: bytes) -> dict[str, Any]:
    """Return the JSON object in *text*. Raises `ValueError` when it is not valid under schema *name*."""
    value: dict[str, Any] = parse_json(text)
    wrong = problems(name, value)
    if wrong:
        raise ValueError(f"{name} is not valid: " + "; ".join(wrong[:10]))
    return value


def problems(name: str, value: Any) -> list[str]:
    """Return the problems of *value* under the schema in `schemas/<name>`; empty if it is valid."""
    root = parse_json((FOLDER / name).read_bytes())
    return list(_check(value, root, root, ""))


def _check(value: Any, schema: Schema, root: Schema, at: str) -> Iterator[str]:
    for keyword, wanted in schema.items():
        if keyword in _LEAVES and not _LEAVES[keyword](value, wanted):
            yield f"{at or 'the file'}: violates {keyword} {wanted!r}"
        elif keyword not in _LEAVES.keys() | _NESTED | _SILENT:
            yield f"{at or 'the file'}: the schema keyword {keyword!r} is not implemented"
    if "$ref" in schema:
        yield from _check(value, root["$defs"][schema["$ref"].removeprefix("#/$defs/")], root, at)
    if "anyOf" in schema and all(list(_check(value, choice, root, at)) for choice in schema["anyOf"]):
        yield f"{at or 'the file'}: matches none of the allowed forms"
    for inner, inner_schema, name in _parts(value, schema):
        if inner_schema is False:
            yield f"{at or 'the file'}: unknown field {name!r}"
        elif isinstance(inner_schema, dict):
            yield from _check(inner, inner_schema, root, f"{at}.{name}".removeprefix("."))


def _parts(value: Any, schema: Schema) -> Iterator[tuple[Any, Any, str]]:
    """Return each field or item of *value* with its schema and its name."""
    if isinstance(value, dict):
        known, other = schema.get("properties", {}), schema.get("additionalProperties")
        yield from ((inner, known.get(name, other), name) for name, inner in value.items())
    if isinstance(value, list):
        first, other = schema.get("prefixItems", []), schema.get("items")
        schemas = (*first, *[other] * (len(value) - len(first)))
        yield from zip(value, schemas, map(str, range(len(value))), strict=False)
