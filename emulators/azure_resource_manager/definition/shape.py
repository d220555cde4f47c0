"""JSON of the API as typed, frozen values. Every documented property is in one of three groups.

A property is served (an ordinary field), not covered (`NotCovered`: refused with 501 if it has a value), or
read-only (`only_in_answers`: a request may contain it without effect). Any other property is an error:
https://learn.microsoft.com/rest/api/container-instances/container-groups/create-or-update#request-body
"""

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, ConfigDict, model_validator
from pydantic.alias_generators import to_camel

NOT_COVERED = "not covered"
NotCovered = Annotated[Any, NOT_COVERED]


class Shape(BaseModel):
    """JSON in camelCase; null means no value, and an undocumented property is an error."""

    model_config = ConfigDict(alias_generator=to_camel, frozen=True, extra="forbid")
    only_in_answers: ClassVar[frozenset[str]] = frozenset()

    @model_validator(mode="before")
    @classmethod
    def _without_answers(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return {
            key: inner for key, inner in value.items() if inner is not None and key not in cls.only_in_answers
        }


def not_covered_in(value: Any, path: str = "") -> Iterator[str]:
    """Yield the path of each property in *value* that has a value but is not covered."""
    if isinstance(value, tuple):
        for index, inner in enumerate(value):
            yield from not_covered_in(inner, f"{path}[{index}]")
    if not isinstance(value, Shape):
        return
    for name, field in type(value).model_fields.items():
        inner = getattr(value, name)
        place = f"{path}.{field.alias}".removeprefix(".")
        if NOT_COVERED not in field.metadata:
            yield from not_covered_in(inner, place)
        elif inner not in (None, [], {}):
            yield place
