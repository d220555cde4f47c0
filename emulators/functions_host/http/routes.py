"""Route templates of HTTP triggers as in ASP.NET: constraints, optional and catch-all parameters.

https://learn.microsoft.com/azure/azure-functions/functions-bindings-http-webhook-trigger#customize-the-http-endpoint
https://learn.microsoft.com/aspnet/core/fundamentals/routing#route-constraints
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from urllib.parse import unquote

from emulators.functions_host.errors import HostError

Target = TypeVar("Target")
PLACEHOLDER = re.compile(r"\{(\*{0,2})(\w+)((?::[^{}?=]+)*)(\?|=[^{}]*)?\}")
GUID = re.compile(r"\{?[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}\}?", re.IGNORECASE)
CONSTRAINTS: dict[str, Callable[[str, str], bool]] = {
    "int": lambda value, _: (
        re.fullmatch(r"[+-]?\d{1,10}", value) is not None and -(2**31) <= int(value) < 2**31
    ),
    "long": lambda value, _: re.fullmatch(r"[+-]?\d{1,19}", value) is not None,
    "alpha": lambda value, _: re.fullmatch(r"[A-Za-z]*", value) is not None,
    "bool": lambda value, _: value.lower() in ("true", "false"),
    "guid": lambda value, _: GUID.fullmatch(value) is not None,
    "length": lambda value, limit: len(value) == int(limit) if "," not in limit else _within(value, limit),
    "minlength": lambda value, limit: len(value) >= int(limit),
    "maxlength": lambda value, limit: len(value) <= int(limit),
    "regex": lambda value, pattern: re.search(pattern, value) is not None,
}


def _within(value: str, limits: str) -> bool:
    low, high = (int(limit) for limit in limits.split(","))
    return low <= len(value) <= high


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a template: its constraints as (name, argument), and its default value."""

    name: str
    constraints: tuple[tuple[str, str], ...]
    optional: bool
    default: str | None

    def accepts(self, value: str) -> bool:
        """Whether every constraint holds for *value*."""
        return all(CONSTRAINTS[name](value, argument) for name, argument in self.constraints)


@dataclass(frozen=True, slots=True)
class Template:
    """A route template, compiled."""

    pattern: re.Pattern[str]
    parameters: tuple[Parameter, ...]
    precedence: tuple[int, ...]

    def match(self, path: str) -> dict[str, str] | None:
        """Return the route parameters in *path* (percent-encoded, no leading slash), or None."""
        found = self.pattern.fullmatch(path)
        if found is None:
            return None
        values: dict[str, str] = {}
        for parameter in self.parameters:
            raw = found[parameter.name]
            value = parameter.default if not raw else unquote(raw)
            if value is None:
                if not parameter.optional:
                    return None
            elif parameter.accepts(value):
                values[parameter.name] = value
            else:
                return None
        return values


def compile_template(text: str) -> Template:
    """Return the template *text*; raises `HostError` for an invalid one."""
    pattern = ""
    parameters: list[Parameter] = []
    precedence: list[int] = []
    for segment in text.strip("/").split("/"):
        part, found, rank = _segment(segment)
        optional = len(found) == 1 and (found[0].optional or found[0].default is not None)
        slash = "/" if pattern or precedence else ""
        pattern += f"(?:{slash}{part})?" if optional else f"{slash}{part}"
        parameters += found
        precedence.append(rank)
    return Template(re.compile(f"{pattern}/?", re.IGNORECASE), tuple(parameters), tuple(precedence))


def _segment(segment: str) -> tuple[str, list[Parameter], int]:
    """Return a segment's pattern, its parameters, and its rank: lower ranks are tried first."""
    found, pattern, end, rank = [], "", 0, 1
    for match in PLACEHOLDER.finditer(segment):
        stars, name, constraints, rest = match.groups()
        parameter = _parameter(name, constraints, rest or "", catch_all=bool(stars))
        pattern += re.escape(segment[end : match.start()]) + f"(?P<{name}>{'.*' if stars else '[^/]+'})"
        found.append(parameter)
        end = match.end()
        rank = (5 if stars else 3) + (0 if parameter.constraints else 1)
    literal = segment[end:]
    if "{" in literal or "}" in literal:
        raise HostError(f"'{segment}' is not a segment of a route template")
    return pattern + re.escape(literal), found, rank


def _parameter(name: str, constraints: str, rest: str, *, catch_all: bool) -> Parameter:
    parsed = []
    for text in filter(None, constraints.split(":")):
        kind, _, argument = text.partition("(")
        if kind not in CONSTRAINTS:
            raise HostError(f"the route constraint '{kind}' is not covered by this host")
        parsed.append((kind, argument.removesuffix(")")))
    return Parameter(
        name, tuple(parsed), catch_all or rest == "?", rest[1:] if rest.startswith("=") else None
    )


@dataclass(frozen=True, slots=True)
class Route(Generic[Target]):
    """The target of requests with certain methods (no methods: any)."""

    template: Template
    methods: frozenset[str]
    target: Target


class Router(Generic[Target]):
    """Finds a request's target; more specific templates are tried first."""

    def __init__(self, routes: Sequence[Route[Target]]) -> None:
        self._routes = sorted(routes, key=lambda route: route.template.precedence)

    def find(self, method: str, path: str) -> tuple[Target, dict[str, str]] | None:
        """Return the target for *path* and the route parameters, or None where the real host answers 404."""
        for route in self._routes:
            if not route.methods or method.upper() in route.methods:
                values = route.template.match(path)
                if values is not None:
                    return route.target, values
        return None
