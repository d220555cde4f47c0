"""An agent is one folder: no other file of the app, the platform, the deployment or the CI names one.

Prose (Markdown) may, and the README's table of agents is generated. Tests may, to try one.
"""

import re
import subprocess
import typing

import pytest

from autocoder.shared.providers import ProviderName
from tests.containers.agents.at_work import AGENTS, CHECKOUT

NO_CODE = re.compile(r"(^|/)tests/|\.md$|(^|/)package-lock\.json$|^requirements.*\.txt$")
# Files that teams have in their repositories, and the site with the documentation of a model API.
NO_AGENTS = re.compile(r"CLAUDE\.md|copilot-instructions\.md|(docs|platform)\.claude\.com")
# The default agent has to be written somewhere, for the app and for `make`.
DEFAULTS = {
    "autocoder/settings.py": re.compile(r'default_agent: str = setting\("[a-z-]+",.*'),
    "Makefile": re.compile(r"AGENT \?= [a-z-]+"),
}


def tracked():
    """The files of the checkout outside the agents' folders, by name."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=CHECKOUT, capture_output=True, text=True, check=True
    )
    folders = tuple(f"containers/{agent}/" for agent in AGENTS)
    names = [name for name in listed.stdout.split("\0") if name and not NO_CODE.search(name)]
    return [name for name in names if not name.startswith(folders)]


def names_of(agent):
    """What names *agent*: folder, package, image, and the bare word unless a model API has it, too."""
    words = [f"containers/{agent}", AGENTS[agent].cli.package, AGENTS[agent].image]
    if agent not in typing.get_args(ProviderName):
        words.append(agent)
    return re.compile(r"(?<![\w@/-])(" + "|".join(map(re.escape, words)) + r")(?![\w-])", re.IGNORECASE)


def text_of(name):
    """The text of the file *name* without what only looks like an agent, and without the default."""
    text = NO_AGENTS.sub("", (CHECKOUT / name).read_text(errors="replace"))
    return DEFAULTS[name].sub("", text, count=1) if name in DEFAULTS else text


@pytest.mark.parametrize("agent", AGENTS)
def test_no_file_outside_its_folder_names_the_agent(agent):
    pattern = names_of(agent)
    assert [name for name in tracked() if (CHECKOUT / name).is_file() and pattern.search(text_of(name))] == []


def test_the_search_finds_each_form_of_a_name():
    agent = next(iter(AGENTS))
    for line in (f'"{agent}"', f"containers/{agent}/run.sh", f"agent={agent}", AGENTS[agent].image):
        assert names_of(agent).search(line), line
    assert len(tracked()) > 100


def test_both_defaults_are_the_same_agent():
    found = {re.search(pattern, (CHECKOUT / name).read_text())[0] for name, pattern in DEFAULTS.items()}
    assert len({agent for line in found for agent in AGENTS if agent in line}) == 1
