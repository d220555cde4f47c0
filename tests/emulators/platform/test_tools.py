"""The check for what a new machine must bring, and the Makefile around it."""

import os
import re
import subprocess
import sys
import tomllib

from emulators.platform.processes import ROOT

TOOLS = ROOT / "emulators" / "platform" / "tools.sh"


def check(python, path):
    return subprocess.run(["/bin/sh", TOOLS, python], env={"PATH": path}, capture_output=True, text=True)


def test_a_machine_with_everything_passes_without_a_word():
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
    assert "Node 20 or later is missing or too old" in done.stderr


def test_make_hands_on_the_folder_and_the_port():
    place = ["STATE=/a folder", "BASE_PORT=8000"]
    for target, arguments in (
        ("run", '--state "/a folder" --base-port "8000"'),
        ("demo", '--state "/a folder"'),
    ):
        done = subprocess.run(["make", "-n", target, *place], cwd=ROOT, capture_output=True, text=True)
        assert arguments in done.stdout


def test_make_help_lists_the_commands():
    done = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True)
    for command in ("demo", "run", "test", "check", "bench", "images", "clean"):
        assert f"make {command} " in done.stdout


def test_the_versions_of_python_that_pass_are_those_of_pyproject():
    required = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["requires-python"]
    lowest, following = re.fullmatch(r">=3\.(\d+),<3\.(\d+)", required).groups()
    assert f"(3, {lowest}) <= sys.version_info[:2] < (3, {following})" in TOOLS.read_text()
    makefile = (ROOT / "Makefile").read_text()
    assert all(f"command -v python3.{minor}" in makefile for minor in range(int(lowest), int(following)))
