"""What each HTTP route takes and answers, declared beside its function; `GET /api/openapi.json` serves it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

from autocoder.models import Value

ROUTE_PREFIX = "/api"  # `routePrefix` of host.json has this default
IDEMPOTENCY_KEY = "Idempotency-Key"
B = TypeVar("B")
Tag = Literal["runs", "boards", "app", "hooks", "containers"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """The request and the responses of a route, apart from what all routes have in common.

    `guarded` answers 500 and 503, and the Functions host answers 401 where a key is missing.
    """

    tag: Tag
    answers: Mapping[int, tuple[type[Value], ...]]  # status -> the bodies it can have
    errors: Mapping[int, tuple[str, ...]] = field(default_factory=dict)  # status -> codes
    query: type[Value] | None = None
    body: type[Value] | Literal["json", "text"] | None = None
    starts_run: bool = False  # takes an `Idempotency-Key`, and answers with a `Location`
    credentials: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # security schemes
    needs_all: bool = False  # of the credentials, not one of them
    is_internal: bool = False  # called by the app's own containers alone


@dataclass(frozen=True, slots=True)
class Route:
    """A registered route with its operation."""

    method: str
    path: str  # without ROUTE_PREFIX
    function: str
    summary: str
    takes_key: bool
    operation: Operation


_DECLARED: list[tuple[Any, Operation]] = []


def operation(declared: Operation) -> Callable[[B], B]:
    """Declare the operation of a route; stands above the route's own decorator."""

    def declare(builder: B) -> B:
        _DECLARED.append((builder, declared))
        return builder

    return declare


def routes() -> tuple[Route, ...]:
    """Return all routes that were declared so far, sorted by path and method."""
    found = [_route(builder.build(), declared) for builder, declared in _DECLARED]
    return tuple(sorted(found, key=lambda route: (route.path, route.method)))


def _route(function: Any, declared: Operation) -> Route:
    """Return the route of a *function* of the Functions SDK."""
    trigger = function.get_trigger()
    (method,) = trigger.methods
    return Route(
        method=method.value,
        path=f"/{trigger.route}",
        function=function.get_function_name(),
        summary=(function.get_user_function().__doc__ or "").strip().splitlines()[0],
        takes_key=trigger.auth_level.value.lower() == "function",
        operation=declared,
    )
