"""The steps of a pipeline: `checkout`, `script`, `bash`, `publish` and `task`.

https://learn.microsoft.com/azure/devops/pipelines/yaml-schema/steps
https://learn.microsoft.com/azure/devops/pipelines/process/conditions
"""

import re
from dataclasses import dataclass, field

from emulators.azure_devops.pipelines.document.reading import Reader
from emulators.azure_devops.pipelines.document.tree import Fields, Tree

COMMON = ("condition", "continueOnError", "displayName", "enabled", "env", "name")
COMMON_KNOWN = (*COMMON, "target", "timeoutInMinutes", "retryCountOnTaskFailure")
SCRIPT_KNOWN = ("failOnStderr", "workingDirectory")
CHECKOUT_KNOWN = (
    "clean", "fetchDepth", "fetchFilter", "fetchTags", "lfs", "path", "persistCredentials", "submodules",
    "sparseCheckoutDirectories", "sparseCheckoutPatterns", "workspaceRepo", "retryCountOnTaskFailure",
)  # fmt: skip
# each covered kind of step with the fields of its own that are covered, and those that are only known
COVERED: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "checkout": ((), CHECKOUT_KNOWN),
    "script": ((), SCRIPT_KNOWN),
    "bash": ((), SCRIPT_KNOWN),
    "publish": (("artifact",), ()),
    "task": (("inputs",), ()),
}
KINDS = (
    *COVERED, "pwsh", "powershell", "download", "downloadBuild", "getPackage", "upload", "reviewApp",
    "template", "restoreCache", "saveCache",
)  # fmt: skip
CONDITIONS = ("succeeded()", "always()", "failed()", "succeededOrFailed()", "canceled()")
NAME = re.compile(r"[A-Za-z_]\w*")


@dataclass(frozen=True, slots=True)
class Step:
    """One step: its kind, and the value of the field with that name (a script, a path, a task)."""

    kind: str
    value: str
    name: str = ""
    display_name: str = ""
    condition: str = CONDITIONS[0]
    continue_on_error: bool = False
    is_enabled: bool = True
    artifact: str = ""
    inputs: dict[str, str] = field(default_factory=dict)
    env: dict[str, str] = field(default_factory=dict)


def read_step(reader: Reader, item: Tree) -> Step:
    """Return the step; raises 400 for one that the schema does not allow, 501 for an uncovered one."""
    fields = reader.fields(item)
    kind = _kind(reader, fields)
    own, known = COVERED[kind]
    reader.check_names(fields, (kind, *COMMON, *own), (kind, *COMMON_KNOWN, *own, *known))
    value = reader.text(fields.get(kind) or fields)
    if kind == "checkout" and value not in ("self", "none"):
        raise reader.not_covered(fields, f"'checkout: {value}'")
    found = {name: fields.get(name) for name in (*COMMON, *own)}
    texts = {name: "" if part is None else reader.text(part) for name, part in found.items() if name not in
             ("env", "inputs", "continueOnError", "enabled")}  # fmt: skip
    if texts["name"] and not NAME.fullmatch(texts["name"]):
        raise reader.wrong(fields, f"The step name {texts['name']} is not valid.")
    return Step(
        kind,
        value,
        texts["name"],
        texts["displayName"],
        _condition(reader, fields),
        _flag(reader, found["continueOnError"], default=False),
        _flag(reader, found["enabled"], default=True),
        texts.get("artifact", ""),
        _texts(reader, found.get("inputs")),
        _texts(reader, found["env"]),
    )


def _kind(reader: Reader, fields: Fields) -> str:
    """Return the kind of step, which its first field names."""
    first = fields.entries[0][0] if fields.entries else None
    kind = next((one for one in KINDS if first and one.lower() == first.value.lower()), None)
    if first is not None and first.value.startswith("${{"):
        raise reader.not_covered(first, f"the template expression '{first.value}' in place of a step")
    if kind is None:
        raise reader.wrong(first or fields, f"Unexpected value '{first.value if first else ''}'")
    if kind not in COVERED:
        raise reader.not_covered(fields, f"the step '{kind}'")
    return kind


def _condition(reader: Reader, fields: Fields) -> str:
    part = fields.get("condition")
    if part is None or not reader.text(part):
        return CONDITIONS[0]
    words = "".join(reader.text(part).split())
    known = next((one for one in CONDITIONS if one.lower() == words.lower()), None)
    if known is None:
        raise reader.not_covered(part, f"the condition '{reader.text(part)[:100]}'")
    return known


def _flag(reader: Reader, part: Tree | None, *, default: bool) -> bool:
    return default if part is None else reader.flag(part)


def _texts(reader: Reader, part: Tree | None) -> dict[str, str]:
    return {} if part is None else reader.texts(part)
