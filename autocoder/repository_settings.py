"""The team's settings file `.azuredevops/autocoder.yml`, validated with the line of each mistake."""

from typing import Any

from pydantic import ValidationError

from autocoder.models import Budget, RepositorySettings
from autocoder.unknown_names import field_names, unknown

PATH = ".azuredevops/autocoder.yml"
MAX_BYTES = 64 * 1024


class RepositorySettingsError(ValueError):
    """The file is not valid; the message has one line for each mistake."""


def read_repository_settings(content: bytes | None) -> RepositorySettings:
    """Return the settings in *content*, or the defaults when it is None because there is no file.

    Raises `RepositorySettingsError` when the file is too large, not UTF-8, not YAML, or has a mistake.
    """
    if content is None:
        return RepositorySettings()
    if len(content) > MAX_BYTES:
        raise RepositorySettingsError(f"{PATH}: must be at most {MAX_BYTES // 1024} KB")
    import yaml  # imported on use: a cold start does not need it

    try:
        text = content.decode("utf-8-sig")
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        data = yaml.safe_load(text)
    except UnicodeDecodeError:
        raise RepositorySettingsError(f"{PATH}: must be UTF-8") from None
    except RecursionError:
        raise RepositorySettingsError(f"{PATH}: must not be nested so deeply") from None
    except yaml.YAMLError as error:
        raise RepositorySettingsError(f"{PATH}: {_place(error)}") from None
    if data is None:
        return RepositorySettings()
    if not isinstance(data, dict):
        raise RepositorySettingsError(f"{PATH}: line 1: must be a mapping of settings")
    try:
        return RepositorySettings.model_validate(data, extra="forbid")
    except ValidationError as error:
        raise RepositorySettingsError(_explain(error, node)) from None


def _place(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    line = f"line {mark.line + 1}: " if mark is not None else ""
    return f"{line}{getattr(error, 'problem', None) or 'must be YAML'}"


def _explain(error: ValidationError, node: Any) -> str:
    lines = []
    for item in error.errors(include_url=False, include_input=False):
        message = item["msg"]
        if item["type"] == "extra_forbidden":
            *parents, last = item["loc"]
            message = unknown("setting", str(last), field_names(Budget if parents else RepositorySettings))
        name = ".".join(str(part) for part in item["loc"])
        lines.append(f"{PATH}: line {_line(node, item['loc'])}: {name}: {message}")
    return "\n".join(lines)


def _line(node: Any, path: tuple[int | str, ...]) -> int:
    """Return the line (from 1) of the value at *path* in the YAML *node*."""
    import yaml

    line = int(node.start_mark.line) + 1
    for part in path:
        if isinstance(node, yaml.MappingNode):
            found = [(key, value) for key, value in node.value if key.value == part]
            if not found:
                break
            line, node = found[0][0].start_mark.line + 1, found[0][1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line = node.start_mark.line + 1
        else:
            break
    return line
