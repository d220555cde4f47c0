"""Mistakes in a repository's settings file: reported on the work item with their line, and nothing runs."""

import itertools

import pytest

from emulators.azure_devops.control.client import AzureDevOps
from emulators.platform.app_settings import ORGANIZATION, PROJECT
from emulators.ports import AZURE_DEVOPS
from tests.autocoder.changes.packs import Repo

FILE = ".azuredevops/autocoder.yml"
MISTAKES = {
    "unknown": (
        "verify:\n  - make test\n\nrun_as: root\n",
        "line 4: run_as: unknown setting; known: setup, verify, protected",
    ),
    "kind": ("setup: []\nverify:\n  - {command: make}\n", "line 3: verify.0:"),
    "yaml": ("verify:\n  - 'make\n", "line "),
    "tag": ("verify: !!python/object/apply:os.system ['touch /tmp/pwned']\n", "line 1"),
    "list": ("- verify\n", "line 1: must be a mapping"),
    "bomb": (
        "a: &a [x, x]\n"
        + "".join(f"{b}: &{b} [*{a}, *{a}]\n" for a, b in itertools.pairwise("abcdefghijklmno")),
        "line 1",
    ),
    "large": ("# " + "x" * 70_000, "must be at most 64 KB"),
    "budget": ("budget:\n  minutes: -1\n", "line 2: budget.minutes"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_in_the_settings_file_is_reported_with_its_line_and_nothing_runs(
    hostile, attack, tmp_path, mistake
):
    text, told = MISTAKES[mistake]
    repo = Repo(tmp_path / "repository", {FILE: text.encode()})
    name = f"settings-{mistake}"
    with AzureDevOps(hostile.url(AZURE_DEVOPS), ORGANIZATION) as azure_devops:
        azure_devops.import_repository(PROJECT, name, repo.folder)
    asked = attack("echo fine >fine.txt", repository=name).start()
    run = asked.published_nothing("failed")
    assert FILE in asked.comment
    assert told in asked.comment
    assert "running" not in run["phases"]
