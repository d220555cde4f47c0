"""Abstract steps become calls of the tools that an agent offers."""

import subprocess

import pytest

from emulators.model_provider.script.conversations import FOLDER, Step, load
from emulators.model_provider.script.tools import (
    call_for,
    command_for,
    instance_of,
    patch_for,
    working_directory,
)
from emulators.model_provider.script.turns import Tool

WRITE = Step(write="src/a b.txt", content='it\'s\n$HOME `x` "q" \\n\n')
EDIT = Step(replace="src/a b.txt", old="it's\n", new="it's $(not) run\n")


def tool(name, *properties, required=(), **kinds):
    schema = {key: {"type": kinds.get(key, "string")} for key in properties}
    return Tool(name, {"type": "object", "properties": schema, "required": list(required)})


@pytest.mark.parametrize(
    ("context", "folder"),
    [
        ("Environment\n - Primary working directory: /work/my project\n - more", "/work/my project"),
        ("<environment_context>\n  <cwd>/a b/c</cwd>\n", "/a b/c"),
        ("* Current working directory: /x/y\n", "/x/y"),
        ("Working directory: /x y/\n", "/x y"),
        ("I'm currently working in the directory: /w/x y\nHere", "/w/x y"),
        ("**Workspace Directories:**\n  - /w/x y\n**Dir", "/w/x y"),
        ("nothing of the kind", ""),
        ("Working directory: relative/path", ""),
    ],
)
def test_finds_the_working_directory_with_its_spaces(context, folder):
    assert working_directory(context) == folder


@pytest.mark.parametrize(
    ("offered", "arguments"),
    [
        (tool("Write", "file_path", "content"), {"file_path": "/w/src/a b.txt", "content": WRITE.content}),
        (tool("create", "path", "file_text"), {"path": "/w/src/a b.txt", "file_text": WRITE.content}),
        (tool("write", "filePath", "content"), {"filePath": "/w/src/a b.txt", "content": WRITE.content}),
        (tool("apply_patch", "patchText"), {"patchText": patch_for(WRITE)}),
        (tool("bash", "command"), {"command": command_for(WRITE)}),
        (tool("exec_command", "cmd"), {"cmd": command_for(WRITE)}),
        (tool("shell", "command", command="array"), {"command": ["bash", "-lc", command_for(WRITE)]}),
    ],
    ids=lambda value: value.name if isinstance(value, Tool) else "",
)
def test_writes_with_whatever_can_write(offered, arguments):
    call = call_for(WRITE, [tool("other"), offered], "/w")
    assert call is not None
    assert (call.tool, call.arguments) == (offered, arguments)


def test_prefers_the_tool_that_was_made_for_it():
    offered = [tool("bash", "command"), tool("apply_patch", "input"), tool("write", "file_path", "content")]
    assert call_for(WRITE, offered, "/w").tool.name == "write"


def test_passes_over_a_tool_that_lacks_an_argument():
    offered = [tool("write", "file_path"), tool("bash", "command")]
    assert call_for(WRITE, offered, "/w").tool.name == "bash"


def test_fills_the_other_required_arguments():
    offered = tool(
        "bash",
        "command",
        "description",
        "detach",
        required=("command", "description", "detach"),
        detach="boolean",
    )
    arguments = call_for(Step(run="ls"), [offered], "").arguments
    assert arguments == {"command": "ls", "description": "Description", "detach": False}


def test_writes_code_for_an_agent_whose_only_tool_runs_code():
    offered = [Tool("exec", freeform=True)]
    assert "tools.exec_command" in call_for(Step(run="ls"), offered, "").arguments
    assert "tools.apply_patch" in call_for(EDIT, offered, "").arguments


def test_shell_commands_do_what_the_step_says_and_nothing_else(tmp_path):
    for step in (WRITE, EDIT):
        subprocess.run(["sh", "-c", command_for(step)], cwd=tmp_path, check=True)
    shown = subprocess.run(
        ["sh", "-c", command_for(Step(read="src/a b.txt"))],
        cwd=tmp_path,
        check=True,
        capture_output=True,
        text=True,
    )
    assert shown.stdout == WRITE.content.replace(EDIT.old, EDIT.new)


def test_a_replacement_that_is_not_there_once_fails(tmp_path):
    (tmp_path / "a").write_text("x\nx\n")
    command = command_for(Step(replace="a", old="x\n", new="y\n"))
    done = subprocess.run(["sh", "-c", command], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 1
    assert "found 2 times" in done.stderr


def test_a_patch_has_the_lines_of_the_step():
    lines = [
        "*** Begin Patch",
        "*** Update File: src/a b.txt",
        "@@",
        "-it's",
        "+it's $(not) run",
        "*** End Patch",
    ]
    assert patch_for(EDIT).splitlines() == lines


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]}, {"a": 1}),
        ({"enum": ["yes", "no"]}, "yes"),
        ({"type": ["null", "string"]}, "Text"),
        ({"type": "array"}, []),
    ],
)
def test_makes_a_value_that_fits_a_schema(schema, value):
    assert instance_of(schema) == value


def test_reads_all_conversations_of_the_folder_and_tries_the_general_one_last():
    conversations = load()
    assert {c.name for c in conversations} == {file.stem for file in FOLDER.glob("*.toml")}
    assert [c.name for c in conversations if not c.match] == ["default"]
    assert conversations[-1].name == "default"
