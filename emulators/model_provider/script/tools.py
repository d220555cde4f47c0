"""Turns abstract steps into calls of the tools that an agent offers.

Agents name their tools and arguments differently. Tools are found by name, and arguments by the names in the
tool's schema. A step for which an agent has no tool uses its patch tool or its shell, as a model would.

https://cookbook.openai.com/examples/gpt4-1_prompting_guide (`apply_patch`)
"""

import json
import posixpath
import re
import shlex
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from emulators.model_provider.script.conversations import Step
from emulators.model_provider.script.turns import JSON, Tool, ToolCall

READ = ("read", "view", "read_file")
WRITE = ("write", "create", "write_file", "create_file")
EDIT = ("edit", "replace", "edit_file", "str_replace")
SHELL = ("bash", "run_shell_command", "exec_command", "shell_command", "shell", "local_shell")
PATCH = ("apply_patch",)
CODE = ("exec",)  # JavaScript that calls the other tools

PATHS = ("file_path", "filepath", "absolute_path", "path", "file", "filename")
CONTENTS = ("content", "contents", "file_text", "text")
OLD = ("old_string", "oldstring", "old_str")
NEW = ("new_string", "newstring", "new_str")
COMMANDS = ("command", "cmd")
PATCHES = ("input", "patch", "patchtext")

WORKING_DIRECTORY = (
    r"<cwd>(/[^<\n]*)</cwd>",
    r"<current_directory>(/[^<\n]*)<",
    r"(?i:(?:primary |current )?working directory)(?: is)?:?\**\s*`?(/[^`\n]*)",
    r"(?i:currently working in the directory):\s*`?(/[^`\n]*)",
    r"Workspace Directories:\**\s*\n\s*-\s*`?(/[^`\n]*)",
)

_REPLACE_PROGRAM = """import pathlib, sys
path, old, new = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3]
text = path.read_text(encoding="utf-8")
if text.count(old) != 1:
    sys.exit(f"{path}: found {text.count(old)} times, expected once")
path.write_text(text.replace(old, new), encoding="utf-8")"""


def working_directory(context: str) -> str:
    """Return the working directory that the agent names, including spaces, or "" if it names none."""
    for pattern in WORKING_DIRECTORY:
        found = re.search(pattern, context)
        if found:
            return found[1].strip().rstrip("/") or "/"
    return ""


def call_for(step: Step, tools: Iterable[Tool], cwd: str) -> ToolCall | None:
    """Return the tool call for *step*, or None when no offered tool can do it."""
    offered = {tool.name.lower(): tool for tool in reversed(tuple(tools))}
    for names, build in _WAYS[step.action]:
        tool = next((offered[name] for name in names if name in offered), None)
        call = build(tool, step, cwd) if tool else None
        if call:
            return call
    return None


def instance_of(schema: Mapping[str, Any], name: str = "") -> Any:
    """Return a small value that is valid for the JSON *schema*: its first choice, or a default."""
    if "enum" in schema:
        return schema["enum"][0]
    kind = schema.get("type", "string")
    kind = next((one for one in kind if one != "null"), "null") if isinstance(kind, list) else kind
    if kind == "object":
        required = schema.get("required") or []
        return {key: instance_of((schema.get("properties") or {}).get(key) or {}, key) for key in required}
    plain = {"integer": 1, "number": 1, "boolean": False, "array": [], "null": None}
    return plain.get(kind, name.replace("_", " ").capitalize() or "Text")


def _read(tool: Tool, step: Step, cwd: str) -> ToolCall | None:
    return _function(tool, {PATHS: posixpath.join(cwd, step.read or "")})


def _write(tool: Tool, step: Step, cwd: str) -> ToolCall | None:
    return _function(tool, {PATHS: posixpath.join(cwd, step.write or ""), CONTENTS: step.content})


def _edit(tool: Tool, step: Step, cwd: str) -> ToolCall | None:
    return _function(tool, {PATHS: posixpath.join(cwd, step.replace or ""), OLD: step.old, NEW: step.new})


def _shell(tool: Tool, step: Step, _cwd: str) -> ToolCall | None:
    name = next((key for key in tool.properties if key.lower() in COMMANDS), "")
    command: Any = command_for(step)
    if name and tool.properties[name].get("type") == "array":
        command = ["bash", "-lc", command]
    return _function(tool, {COMMANDS: command})


def _patch(tool: Tool, step: Step, _cwd: str) -> ToolCall | None:
    text = patch_for(step)
    return ToolCall(tool, text) if tool.freeform else _function(tool, {PATCHES: text})


def _code(tool: Tool, step: Step, _cwd: str) -> ToolCall | None:
    if not tool.freeform:
        return None
    if step.action in ("write", "replace"):
        program = f"text(await tools.apply_patch({json.dumps(patch_for(step))}));"
    else:
        call = f"tools.exec_command({{cmd: {json.dumps(command_for(step))}}})"
        program = f"const done = await {call};\ntext(done.output ?? JSON.stringify(done));"
    return ToolCall(tool, program)


def _function(tool: Tool, values: Mapping[tuple[str, ...], Any]) -> ToolCall | None:
    """Return a call with *values* under the tool's own argument names; None if the tool lacks one of them."""
    arguments: JSON = {}
    for names, value in values.items():
        key = next((key for key in tool.properties if key.lower() in names), None)
        if key is None:
            return None
        arguments[key] = value
    missing = [key for key in tool.schema.get("required") or [] if key not in arguments]
    return ToolCall(tool, arguments | {key: instance_of(tool.properties[key], key) for key in missing})


def command_for(step: Step) -> str:
    """Return the shell command for *step*, to run in the working directory."""
    if step.action == "read":
        return f"cat -- {shlex.quote(step.read or '')}"
    if step.action == "write":
        path = shlex.quote(step.write or "")
        return f"mkdir -p -- $(dirname -- {path}) && printf %s {shlex.quote(step.content)} > {path}"
    if step.action == "replace":
        return shlex.join(["python3", "-c", _REPLACE_PROGRAM, step.replace or "", step.old, step.new])
    return step.run or ""


def patch_for(step: Step) -> str:
    """Return *step* in the format of `apply_patch`: https://cookbook.openai.com/examples/gpt4-1_prompting_guide."""
    if step.action == "write":
        body = [f"*** Add File: {step.write}", *(f"+{line}" for line in step.content.splitlines())]
    else:
        old = [f"-{line}" for line in step.old.splitlines()]
        new = [f"+{line}" for line in step.new.splitlines()]
        body = [f"*** Update File: {step.replace}", "@@", *old, *new]
    return "\n".join(["*** Begin Patch", *body, "*** End Patch"])


_Way = tuple[tuple[str, ...], Callable[[Tool, Step, str], ToolCall | None]]
_WAYS: dict[str, tuple[_Way, ...]] = {
    "read": ((READ, _read), (SHELL, _shell), (CODE, _code)),
    "write": ((WRITE, _write), (PATCH, _patch), (CODE, _code), (SHELL, _shell)),
    "replace": ((EDIT, _edit), (PATCH, _patch), (CODE, _code), (SHELL, _shell)),
    "run": ((SHELL, _shell), (CODE, _code)),
}
