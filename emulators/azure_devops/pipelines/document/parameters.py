"""Runtime parameters: their declarations, and the values of a run.

https://learn.microsoft.com/azure/devops/pipelines/process/runtime-parameters
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from emulators.azure_devops.pipelines.document.problems import invalid
from emulators.azure_devops.pipelines.document.reading import Reader
from emulators.azure_devops.pipelines.document.tree import Fields, Tree

COVERED_TYPES = ("string", "number", "boolean")
TYPES = (
    *COVERED_TYPES, "object", "step", "stepList", "job", "jobList", "deployment", "deploymentList", "stage",
    "stageList", "stringList", "container", "containerList", "environment", "filePath", "pool",
    "secureFile", "serviceConnection", "legacyObject",
)  # fmt: skip
COVERED = ("name", "displayName", "type", "default", "values")
MAX_SHOWN = 100  # characters of a value in a message
NUMBER = re.compile(r"[+-]?\d{1,30}(\.\d{1,30})?")


@dataclass(frozen=True, slots=True)
class Parameter:
    """A declared parameter; without a default, each run must give its value."""

    name: str
    type: str
    default: str | None
    values: tuple[str, ...] = ()


def declared(reader: Reader, root: Fields) -> list[Parameter]:
    """Return the parameters that the file declares; raises 400 and 501."""
    part = root.get("parameters")
    if part is None:
        return []
    if isinstance(part, Fields):
        raise reader.not_covered(part, "parameters as a mapping")
    found = [_parameter(reader, item) for item in reader.items(part)]
    names = [parameter.name.lower() for parameter in found]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise reader.wrong(part, f"'{twice}' is already defined")
    return found


def _parameter(reader: Reader, item: Tree) -> Parameter:
    fields = reader.fields(item)
    reader.check_names(fields, COVERED, COVERED)
    name, kind, values = fields.get("name"), fields.get("type"), fields.get("values")
    if name is None or not reader.text(name):
        raise reader.wrong(fields, "Expected a 'name' for the parameter")
    type_ = "string" if kind is None else reader.text(kind)
    known = next((one for one in TYPES if one.lower() == type_.lower()), None)
    if known is None:
        raise reader.wrong(fields, f"Unexpected value '{type_}'")
    if known not in COVERED_TYPES:
        raise reader.not_covered(fields, f"a parameter of type '{known}'")
    default = fields.get("default")
    return Parameter(
        reader.text(name),
        known,
        None if default is None else reader.text(default),
        () if values is None else tuple(reader.text(value) for value in reader.items(values)),
    )


def bind(path: str, parameters: list[Parameter], given: Mapping[str, Any]) -> dict[str, str]:
    """Return each parameter's value as template expressions show it, by lower-case name.

    Raises 400 that names every value which is undeclared, missing, of another type, or not allowed.
    """
    by_name = {name.lower(): value for name, value in given.items()}
    known = {parameter.name.lower() for parameter in parameters}
    problems = [f"Unexpected parameter '{name}'" for name in given if name.lower() not in known]
    bound: dict[str, str] = {}
    for parameter in parameters:
        value = by_name.get(parameter.name.lower())
        chosen = parameter.default if value is None or value == "" else value
        problem = _problem(parameter, chosen)
        if problem:
            problems.append(problem)
        else:
            bound[parameter.name.lower()] = _shown(parameter, str(chosen))
    if problems:
        raise invalid("\n".join(f"{path}: {problem}" for problem in problems))
    return bound


def _problem(parameter: Parameter, value: Any) -> str:
    """Return why *value*, as the file or the request gives it, does not fit the parameter, or ""."""
    name, text = parameter.name, str(value)
    if value is None:
        return f"A value for the '{name}' parameter must be provided."
    is_valid = {
        "number": NUMBER.fullmatch(text) is not None and not isinstance(value, bool),
        "boolean": text.lower() in ("true", "false"),
        "string": isinstance(value, str | int | float),
    }[parameter.type]
    if not is_valid:
        return f"The '{name}' parameter is not a valid {parameter.type.capitalize()}."
    if parameter.values and text not in parameter.values:
        return f"The '{name}' parameter value '{text[:MAX_SHOWN]}' is not in the list of allowed values."
    return ""


def _shown(parameter: Parameter, value: str) -> str:
    """Return *value* as an expression shows it: a boolean as `True` or `False`."""
    return value.capitalize() if parameter.type == "boolean" else value
