"""Crush's adapter with a stand-in for its binary, which cannot be fetched from a package registry."""

import json
import os
import shutil
import subprocess
import sys

import pytest

from tests.containers.agents.at_work import CONTAINERS

STAND_IN = """#!/bin/sh
for argument in "$@"; do printf '%s\\n' "$argument"; done >"$HOME/arguments"
env >"$HOME/environment"
pwd >"$HOME/folder"
cat >"$HOME/prompt"
echo "All done."
exit "${STAND_IN_STATUS:-0}"
"""


@pytest.fixture
def crush(tmp_path):
    agent = tmp_path / "the agent"
    (agent / "node_modules" / ".bin").mkdir(parents=True)
    shutil.copy(CONTAINERS / "crush" / "run.sh", agent)
    binary = agent / "node_modules" / ".bin" / "crush"
    binary.write_text(STAND_IN)
    binary.chmod(0o755)
    for name in ("inputs", "home", "work space"):
        (tmp_path / name).mkdir()
    (tmp_path / "inputs" / "prompt.md").write_text("Do it; touch OUCH `touch OUCH` $(touch OUCH)\n")
    (tmp_path / "inputs" / "system.md").write_text("Be careful.\n")

    def run(**changes):
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(tmp_path / "home"),
            "TMPDIR": str(tmp_path / "home"),
            "AUTOCODER_AGENT": str(agent),
            "AUTOCODER_INPUTS": str(tmp_path / "inputs"),
            "AUTOCODER_PROMPT": str(tmp_path / "inputs" / "prompt.md"),
            "AUTOCODER_MODEL": "gpt-4o-mini",
            "AUTOCODER_MODEL_URL": "http://127.0.0.1:8080",
            **changes,
        }
        command = ["/bin/sh", str(agent / "run.sh")]
        folder = tmp_path / "work space"
        return subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True)

    run.home = tmp_path / "home"
    run.workspace = tmp_path / "work space"
    return run


def test_starts_crush_with_exactly_these_arguments(crush):
    done = crush()
    assert (done.returncode, done.stdout) == (0, "All done.\n")
    data = f"{crush.home}/.crush"
    wanted = ["run", "--quiet", "--data-dir", data, "--model", "gateway/gpt-4o-mini"]
    assert (crush.home / "arguments").read_text().splitlines() == wanted
    assert (crush.home / "folder").read_text().strip() == str(crush.workspace)


def test_hands_over_the_prompt_without_a_shell(crush):
    crush()
    assert (crush.home / "prompt").read_text() == "Do it; touch OUCH `touch OUCH` $(touch OUCH)\n"
    assert list(crush.workspace.iterdir()) == []


def test_configures_the_gateway_as_the_only_provider(crush):
    crush()
    config = json.loads((crush.home / ".config" / "crush" / "crush.json").read_text())
    provider = config["providers"]["gateway"]
    assert list(config["providers"]) == ["gateway"]
    assert provider["type"] == "openai-compat"
    assert provider["base_url"] == "http://127.0.0.1:8080/openai/v1"
    assert provider["api_key"] == "autocoder"
    assert [model["id"] for model in provider["models"]] == ["gpt-4o-mini"]
    assert config["models"]["large"] == {"provider": "gateway", "model": "gpt-4o-mini"}
    assert config["options"]["attribution"] == {"trailer_style": "none", "generated_with": False}
    (system,) = config["options"]["context_paths"]
    assert system == f"{crush.home}/.config/crush/system.md"
    assert (crush.home / ".config" / "crush" / "system.md").read_text() == "Be careful.\n"


def test_keeps_crush_from_calling_out_by_itself(crush):
    crush()
    environment = (crush.home / "environment").read_text().splitlines()
    for line in (
        "CRUSH_DISABLE_PROVIDER_AUTO_UPDATE=1",
        "CRUSH_DISABLE_DEFAULT_PROVIDERS=1",
        "CRUSH_DISABLE_METRICS=1",
        "DO_NOT_TRACK=1",
        "CRUSH_CLIENT_SERVER=0",
        f"CRUSH_GLOBAL_CONFIG={crush.home}/.config/crush",
    ):
        assert line in environment


@pytest.mark.parametrize("model", ['a"b', "a\\b", "$(touch OUCH)", "`touch OUCH`"])
def test_refuses_a_model_that_would_need_quoting(crush, model):
    done = crush(AUTOCODER_MODEL=model)
    assert done.returncode == 2
    assert not (crush.home / "arguments").exists()


def test_passes_on_the_exit_code(crush):
    assert crush(STAND_IN_STATUS="1").returncode == 1


def test_the_demo_says_why_it_cannot_run_and_what_to_do(tmp_path):
    if (CONTAINERS / "crush" / "node_modules").exists():
        pytest.skip("Crush is installed on this machine")
    command = [sys.executable, "-m", "emulators.platform.demo", "--agent", "crush", "--state", str(tmp_path)]
    done = subprocess.run(command, cwd=CONTAINERS.parent, capture_output=True, text=True)
    assert done.returncode == 1
    assert "more than a package registry" in done.stderr
    assert "npm install --no-package-lock --prefix containers/crush" in done.stderr
    assert len(done.stderr.splitlines()) == 3
