"""Conversion of values to plain JSON and back, for Durable Functions, blobs and HTTP.

The SDK's own encoding of classes is not used: it would tie running instances to module paths.
"""

import functools
from collections.abc import Callable, Hashable
from typing import Any, TypeVar, cast

from pydantic import BaseModel, TypeAdapter

from autocoder.shared.json_text import parse_json

T = TypeVar("T")
V = TypeVar("V", bound=BaseModel)


@functools.cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def dump(value: Any) -> Any:
    """Return *value* as JSON data in camelCase, without the fields that have their default value."""
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return value


def load(kind: type[T], data: Any) -> T:
    """Return *data* as a value of type *kind*; *data* is JSON data, or a string or bytes with JSON text.

    Raises `pydantic.ValidationError` when *data* does not fit, ValueError when it is not JSON.
    """
    if isinstance(data, (str, bytes)) and kind not in (str, bytes):
        data = parse_json(data)
    adapter: TypeAdapter[T] = _adapter(cast(Hashable, kind))
    return adapter.validate_python(data)


def redacted(value: V, redact: Callable[[str], str]) -> V:
    """Return *value* with *redact* applied to every string in it."""
    return load(type(value), _walk(dump(value), redact))


def _walk(data: Any, redact: Callable[[str], str]) -> Any:
    if isinstance(data, str):
        return redact(data)
    if isinstance(data, list):
        return [_walk(item, redact) for item in data]
    if isinstance(data, dict):
        return {redact(name): _walk(item, redact) for name, item in data.items()}
    return data


def to_bytes(value: BaseModel) -> bytes:
    """Return *value* as the bytes of a JSON file with all fields."""
    return value.model_dump_json(by_alias=True, indent=1).encode()
