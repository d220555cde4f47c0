"""A pipeline as its YAML file defines it for one run: variables, groups of variables, and steps.

https://learn.microsoft.com/azure/devops/pipelines/yaml-schema/pipeline
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from emulators.azure_devops.pipelines.document.expressions import Expander
from emulators.azure_devops.pipelines.document.loading import load
from emulators.azure_devops.pipelines.document.parameters import bind, declared
from emulators.azure_devops.pipelines.document.reading import Reader
from emulators.azure_devops.pipelines.document.steps import Step, read_step
from emulators.azure_devops.pipelines.document.tree import Fields, Items, Tree

COVERED = ("trigger", "pr", "pool", "parameters", "variables", "steps")
KNOWN = (
    *COVERED, "name", "appendCommitMessageToRunName", "schedules", "resources", "extends", "stages", "jobs",
    "lockBehavior", "strategy", "continueOnError", "container", "services", "workspace",
)  # fmt: skip
TRIGGERS = ("trigger", "pr")  # with the value `none`: this emulator starts runs only on request
RUNTIME = "$["
CHECKOUT = Step("checkout", "self")  # the first step of a job that has no checkout step of its own


@dataclass(frozen=True, slots=True)
class Definition:
    """What one run executes: *variables* by name, the names of variable *groups*, and the *steps*."""

    variables: dict[str, str]
    groups: tuple[str, ...]
    steps: tuple[Step, ...]


def read_definition(path: str, content: bytes, given: Mapping[str, Any]) -> Definition:
    """Return the definition in the file at *path* with the *given* values of its parameters.

    Raises 400 for a file or values that the service refuses, 501 for parts that are not covered.
    """
    reader, root = Reader(path), load(path, content)
    reader.check_names(root, COVERED, KNOWN)
    values = bind(path, declared(reader, root), given)
    kept = tuple(entry for entry in root.entries if entry[0].value.lower() != "parameters")
    rest = reader.fields(Expander(reader, values).expand(Fields(kept, root.line, root.column)))
    _check_triggers(reader, rest)
    variables, groups = _variables(reader, rest.get("variables"))
    steps = rest.get("steps")
    if steps is None:
        raise reader.wrong(rest, "A pipeline needs steps, jobs or stages")
    found = tuple(read_step(reader, item) for item in reader.items(steps))
    names = [step.name.lower() for step in found if step.name]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise reader.wrong(steps, f"The step name {twice} appears more than once.")
    has_checkout = any(step.kind == "checkout" for step in found)
    return Definition(variables, groups, found if has_checkout else (CHECKOUT, *found))


def _check_triggers(reader: Reader, root: Fields) -> None:
    for name in TRIGGERS:
        part = root.get(name)
        if part is not None and (isinstance(part, Fields | Items) or reader.text(part) != "none"):
            raise reader.not_covered(part, f"'{name}' with another value than none")


def _variables(reader: Reader, part: Tree | None) -> tuple[dict[str, str], tuple[str, ...]]:
    if part is None:
        return {}, ()
    if isinstance(part, Fields):
        return _checked(reader, part, reader.texts(part)), ()
    found: dict[str, str] = {}
    groups: list[str] = []
    for item in reader.items(part):
        fields = reader.fields(item)
        reader.check_names(
            fields, ("name", "value", "group"), ("name", "value", "group", "readonly", "template")
        )
        texts = {name.lower(): text for name, text in reader.texts(fields).items()}
        if "group" in texts:
            groups.append(texts["group"])
        else:
            found[texts.get("name", "")] = texts.get("value", "")
    return _checked(reader, part, found), tuple(groups)


def _checked(reader: Reader, part: Tree, variables: dict[str, str]) -> dict[str, str]:
    if any(value.startswith(RUNTIME) for value in variables.values()):
        raise reader.not_covered(part, "a runtime expression $[ ]")
    return variables
