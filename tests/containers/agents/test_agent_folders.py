"""Every agent's folder is complete, and agent.toml agrees with run.sh, the package and the image."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.containers.agents.at_work import AGENTS, CONTAINERS

TOOLS = Path(sys.executable).parent
each_folder = pytest.mark.parametrize("agent", AGENTS)


def text_of(folder):
    """All the small files of *folder* that are ours."""
    names = ("run.sh", "opencode.json", "settings.json")
    return "\n".join((folder / name).read_text() for name in names if (folder / name).exists())


@each_folder
def test_has_all_its_parts(agent):
    folder = CONTAINERS / agent
    for name in ("agent.toml", "Dockerfile", "README.md", "package.json", ".npmrc", AGENTS[agent].run):
        assert (folder / name).is_file(), name
    assert os.access(folder / AGENTS[agent].run, os.X_OK)
    assert AGENTS[agent].image == f"autocoder/{agent}"


@each_folder
def test_pins_its_program_exactly(agent):
    package, version = AGENTS[agent].cli.package, AGENTS[agent].cli.version
    assert re.fullmatch(r"\d+\.\d+\.\d+", version)
    lock = CONTAINERS / agent / "package-lock.json"
    if lock.exists():
        locked = json.loads(lock.read_text())["packages"]
        assert locked[f"node_modules/{package}"]["version"] == version
        assert all("integrity" in entry for path, entry in locked.items() if path)
        assert not any("resolved" in entry for entry in locked.values())


@each_folder
def test_uses_the_options_that_it_names(agent):
    cli = AGENTS[agent].cli
    text = text_of(CONTAINERS / agent)
    for knob in (cli.base_url, cli.system_prompt, cli.retries):
        assert knob in text
    for variable in ("AUTOCODER_MODEL", "AUTOCODER_MODEL_URL", "AUTOCODER_INPUTS", "AUTOCODER_AGENT"):
        assert variable in text


@each_folder
def test_prices_every_model_that_it_suggests_or_says_why_not(agent):
    price = AGENTS[agent].price(AGENTS[agent].default_model)
    assert price is not None
    assert 0 < price.input < price.output


@each_folder
def test_its_image_has_every_file_that_it_needs(agent):
    text = (CONTAINERS / agent / "Dockerfile").read_text()
    needed = {"agent.toml", "run.sh", "package.json", ".npmrc"}
    needed |= {name for name in ("opencode.json", "settings.json") if (CONTAINERS / agent / name).exists()}
    assert all(name in text for name in needed)
    assert text.rstrip().endswith("USER 1001")
    assert "org.opencontainers.image.revision" in text


@each_folder
def test_the_readme_names_what_a_person_must_provide(agent):
    text = (CONTAINERS / agent / "README.md").read_text()
    assert AGENTS[agent].cli.package in text
    assert AGENTS[agent].secret in text
    assert "## Pitfalls" in text


def test_scripts_and_images_are_clean():
    scripts = [str(CONTAINERS / agent / AGENTS[agent].run) for agent in AGENTS]
    images = [str(CONTAINERS / agent / "Dockerfile") for agent in AGENTS]
    for tool, files in (("shellcheck", scripts), ("hadolint", images)):
        done = subprocess.run([str(TOOLS / tool), *files], capture_output=True, text=True)
        assert done.returncode == 0, done.stdout
