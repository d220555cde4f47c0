"""The check for the required tools, and the Makefile that calls it."""

import os
import re
import subprocess
import sys
import tomllib

import pytest

from emulators.platform.processes import ROOT

TOOLS = ROOT / "emulators" / "platform" / "tools.sh"


def check(python, path):
    return subprocess.run(["/bin/sh", TOOLS, python], env={"PATH": path}, capture_output=True, text=True)


def test_a_machine_with_everything_passes_and_prints_nothing():
    done = check(sys.executable, os.environ["PATH"])
    assert (done.returncode, done.stderr) == (0, "")


def test_every_missing_tool_is_named_with_the_next_step(tmp_path):
    done = check("python-that-is-not-there", str(tmp_path))
    assert done.returncode == 1
    for tool in ("Python 3.11", "git ", "npm ", "Node 20"):
        assert f"{tool}" in done.stderr
    assert "install it" in done.stderr


def test_an_old_node_is_named(tmp_path):
    node = tmp_path / "node"
    node.write_text("#!/bin/sh\nexit 1\n")
    node.chmod(0o755)
    done = check(sys.executable, f"{tmp_path}:{os.environ['PATH']}")
    assert done.returncode == 1
    assert "Node 20 or later is required and was not found" in done.stderr


def make(*words):
    return subprocess.run(["make", *words], cwd=ROOT, capture_output=True, text=True)


def test_make_passes_on_the_folder_and_the_port():
    place = ["STATE=/a folder", "BASE_PORT=8000"]
    for target, argument in (
        ("run", '--state "/a folder"'),
        ("run", '--base-port "8000"'),
        ("demo", '--state "/a folder"'),
    ):
        assert argument in make("-n", target, *place).stdout


@pytest.mark.parametrize(("value", "is_given"), [("1", True), ("yes", True), ("0", False), ("", False)])
def test_make_treats_a_variable_that_is_0_as_not_set(value, is_given):
    printed = make("-n", "demo", f"KEEP={value}", f"UNSAFE={value}").stdout
    assert ("--keep" in printed, "--unsafe" in printed) == (is_given, is_given)


def test_an_unknown_agent_is_answered_with_the_list_of_agents_before_anything_is_installed():
    done = make("demo", "AGENT=nope")
    assert done.returncode != 0
    assert "There is no agent 'nope'. Agents are: claude codex" in done.stderr
    assert "Installing" not in done.stdout


def test_make_help_lists_the_commands():
    printed = make("help").stdout
    for command in ("demo", "run", "test", "check", "bench", "images", "clean"):
        assert f"make {command} " in printed
    for variable in ("AGENT", "MODEL", "UNSAFE", "KEEP", "STATE", "BASE_PORT"):
        assert f"  {variable} " in printed


def test_the_versions_of_python_that_pass_are_those_of_pyproject():
    required = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["requires-python"]
    lowest, following = re.fullmatch(r">=3\.(\d+),<3\.(\d+)", required).groups()
    assert f"(3, {lowest}) <= sys.version_info[:2] < (3, {following})" in TOOLS.read_text()
    makefile = (ROOT / "Makefile").read_text()
    assert all(f"command -v python3.{minor}" in makefile for minor in range(int(lowest), int(following)))
