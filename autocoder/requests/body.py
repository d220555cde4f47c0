"""The JSON body of `POST /api/runs`: its fields with strict types, and a message for each mistake."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, ValidationError

from autocoder.models import TEMPLATE, Budget, Value
from autocoder.unknown_names import field_names, unknown

_MESSAGES = {
    "int_type": "must be a whole number",
    "float_type": "must be a number",
    "bool_type": "must be true or false",
    "string_type": "must be a string",
    "string_unicode": "must be a string of valid Unicode",
    "string_too_short": "must not be empty",
    "string_too_long": "must have at most {max_length} characters",
    "string_pattern_mismatch": "must be lower-case letters, digits and hyphens",
    "tuple_type": "must be a list of strings",
    "too_long": "must have at most {max_length} entries",
    "model_type": "must be a JSON object",
    "greater_than": "must be greater than {gt:g}",
    "less_than_equal": "must be at most {le}",
}


def _from_list(value: object) -> object:
    """Return a JSON list as a tuple, as frozen values need."""
    return tuple(value) if isinstance(value, list) else value


Texts = Annotated[tuple[str, ...], Field(max_length=20), BeforeValidator(_from_list)]


class RunBody(Value, extra="forbid"):
    """The request for a run; `workItemId` or `userPrompt` is required.

    Types are strict: `"5"` is not a number, and 1 is not `true`.
    """

    work_item_id: int | None = Field(None, gt=0, le=2_147_483_647)
    user_prompt: str | None = Field(None, min_length=1, max_length=100_000)
    organization: str | None = None
    project: str | None = None
    repository: str | None = None
    agent_type: str | None = None
    model: str | None = None
    container_image: str | None = None
    system_prompt: str | None = Field(None, min_length=1, max_length=100_000)
    create_pull_request: bool = True
    target_branch: str | None = None
    base_branch: str | None = Field(None, title="Source branch")
    source_branch_prefix: str | None = None
    additional_context: str | None = Field(None, max_length=100_000)
    template: str | None = Field(None, pattern=TEMPLATE)
    draft: bool | None = None
    reviewers: Texts = ()
    labels: Texts = ()
    budget: Budget = Budget()


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake in a request: the field, and a message about it."""

    field: str
    message: str


def read_body(body: Mapping[str, Any]) -> tuple[RunBody, tuple[Problem, ...]]:
    """Return the fields of *body* that are well formed, and one problem for each that is not."""
    body = _readable(body)
    try:
        return _validated(body), ()
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        rest = _without([item["loc"] for item in found], body)
        return _validated(rest), tuple(_problem(item) for item in found)


def _readable(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return *body* with names that can be encoded: a name in JSON may contain a lone surrogate."""
    inner = {name: _renamed(value) if isinstance(value, dict) else value for name, value in body.items()}
    return _renamed(inner)


def _renamed(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name.encode("utf-8", "replace").decode(): value for name, value in fields.items()}


def _validated(body: dict[str, Any]) -> RunBody:
    return RunBody.model_validate(body, strict=True, extra="forbid", by_alias=True, by_name=False)


def _without(places: Iterable[tuple[int | str, ...]], body: Mapping[str, Any]) -> dict[str, Any]:
    """Return *body* without the fields at *places*; from the budget, only the wrong parts are removed."""
    rest = dict(body)
    for first, *parts in places:
        inner = rest.get(str(first))
        if parts and isinstance(inner, dict):
            rest[str(first)] = {name: value for name, value in inner.items() if name != parts[0]}
        else:
            rest.pop(str(first), None)
    return rest


def _problem(item: Any) -> Problem:
    """Return one of pydantic's errors as a problem for the caller."""
    *parents, name = item["loc"]
    words = _MESSAGES.get(item["type"], "is not valid")
    message = words.format(**item.get("ctx", {}))
    if item["type"] == "extra_forbidden":
        message = unknown("field", str(name), field_names(Budget if parents else RunBody))
    return Problem(".".join(str(part)[:100] for part in item["loc"]), message)
