"""The query parameters of the app's routes, and a message for each that is not valid."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeVar, get_args

from annotated_types import Le
from pydantic import AfterValidator, BeforeValidator, Field, ValidationError

from autocoder.models import Status, Value
from autocoder.names import name_problem
from autocoder.requests.continuation import MAX_LENGTH, checked
from autocoder.setting_values import ORGANIZATION

Q = TypeVar("Q", bound=Value)
MAX_DIGITS = 16
DEFAULT_RUNS = 50
MAX_RUNS = 200


def _from_digits(value: object) -> object:
    """Return a string of ASCII digits as a number; anything else stays as it is, and is refused as text."""
    is_number = isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) <= MAX_DIGITS
    return int(str(value)) if is_number else value


def _from_flag(value: object) -> object:
    """Return `true` or `false` as a flag; anything else stays as it is, and is refused as text."""
    return {"true": True, "false": False}.get(value, value) if isinstance(value, str) else value


def _project_name(value: str) -> str:
    """Return a project's name. Raises ValueError for one that cannot exist."""
    if problem := name_problem(value):
        raise ValueError(problem)
    return value


Digits = BeforeValidator(_from_digits)
Flag = BeforeValidator(_from_flag)
Organization = Annotated[str, Field(pattern=f"^{ORGANIZATION}$")]
DeliveryState = Literal["failed", "pending"]
Project = Annotated[str, AfterValidator(_project_name)]
Number = Annotated[int, Field(gt=0, le=2**31 - 1), Digits]
Top = Annotated[
    int,
    Field(ge=0, le=10**9 - 1, description=f"at most {MAX_RUNS} are listed"),
    Digits,
    AfterValidator(lambda number: max(1, min(number, MAX_RUNS))),
]


class RunQuery(Value, defer_build=True):
    """Which runs to list."""

    work_item_id: Annotated[int | None, Field(ge=0, le=2**31 - 1), Digits] = None
    top: Top = DEFAULT_RUNS
    status: Status | None = None
    project: str | None = None
    repository: str | None = None
    continuation_token: Annotated[
        str | None,
        Field(max_length=MAX_LENGTH, description="of the part before; the filters stay the same"),
        AfterValidator(lambda token: None if token is None else checked(token)),
    ] = None


class LogQuery(Value, defer_build=True):
    """Which part of which log of a run to return."""

    offset: Annotated[int, Field(ge=0, le=10**15 - 1, description="of its first byte"), Digits] = 0
    raw: Annotated[bool, Field(description="the agent's own output, not the readable log"), Flag] = False


class DeliveryQuery(Value, defer_build=True):
    """Which deliveries to list."""

    status: DeliveryState = "failed"


class OrganizationQuery(Value, defer_build=True):
    """The organisation of a page in Azure Boards; None means that of AZURE_DEVOPS_ORG_URL."""

    organization: Organization | None = None


class ProjectQuery(Value, defer_build=True):
    """The project of a page in Azure Boards, and its work item if it has one."""

    organization: Organization
    project: Project
    work_item_id: Number | None = None


class WorkItemQuery(Value, defer_build=True):
    """The work item of a page in Azure Boards; its number is unique in the organisation."""

    organization: Organization
    work_item_id: Number
    top: Top = DEFAULT_RUNS


def read_query(kind: type[Q], parameters: Mapping[str, str]) -> tuple[Q | None, tuple[str, ...]]:
    """Return the *parameters* that *kind* knows, or None and a message for each that is not valid.

    Empty parameters count as missing, and unknown ones are ignored, such as the key in `code`.
    """
    known = {field.alias for field in kind.model_fields.values()}
    given = {name: value for name, value in parameters.items() if name in known and value}
    try:
        return kind.model_validate(given, strict=True, extra="forbid", by_alias=True, by_name=False), ()
    except ValidationError as error:
        found = {str(item["loc"][0]): item["type"] for item in error.errors(include_url=False)}
        return None, tuple(
            f"{name} {'is required' if problem == 'missing' else _rule(kind, name)}"
            for name, problem in found.items()
        )


def _rule(kind: type[Value], name: str) -> str:
    """Return what the parameter *name* must be."""
    (field,) = (field for field in kind.model_fields.values() if field.alias == name)
    limits: list[Any] = [part.le for part in field.metadata if isinstance(part, Le)]
    if limits:
        return f"must be a whole number up to {limits[0]}"
    if name == "raw":
        return "must be true or false"
    if name == "status":
        return f"must be one of {', '.join(get_args(DeliveryState if kind is DeliveryQuery else Status))}"
    return "is not valid"
