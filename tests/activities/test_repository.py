"""Where a run starts, and from which branch its settings come."""

import pytest

from activities.parts.preparing.repository import _find, _read
from autocoder import models as m
from tests.activities.conftest import run
from tests.autocoder.changes.packs import Repo
from tests.autocoder.clients.azure_devops.conftest import ORGANIZATION, PROJECT

SETTINGS = ".azuredevops/autocoder.yml"
NAMES = (
    "feature/größe",
    "étab",
    "release/(v2)",
    "bugfix/it's&more",
    "users/me/v1=a",
    "fix/#12",
    "100%",
    "$(id)",
)


@pytest.fixture(scope="module")
def branches(devops, tmp_path_factory):
    """A repository with branches of all names; the settings of branch `ahead` differ from those of `main`."""
    local = Repo(
        tmp_path_factory.mktemp("repository"), {SETTINGS: b"verify: [make]\n", ".gitattributes": b""}
    )
    commits = {"main": local.base, **dict.fromkeys(NAMES, local.base)}
    for name in NAMES:
        local.git("branch", name)
    local.git("checkout", "-q", "-b", "ahead")
    changes = {
        SETTINGS: b"verify: ['true']\nallowed: ['**']\n",
        ".gitattributes": b"* filter=lfs\n",
        "AGENTS.md": b"X",
    }
    commits["ahead"] = local.commit(changes)
    local.git("checkout", "-q", "main")
    body = {"name": "tidy (v2) & it's 100%", "path": str(local.folder / ".git")}
    devops.control(f"organizations/{ORGANIZATION}/projects/{PROJECT}/repositories", body)
    return commits


def found(devops, **changes):
    git = devops.connect()[1].git
    return git, _find(git, run(repository="tidy (v2) & it's 100%", **changes), lambda *_: "")


def test_starts_from_the_default_branch_unless_told_otherwise(devops, branches):
    _, pinned = found(devops)
    assert (pinned.branch, pinned.commit) == ("main", branches["main"])
    assert pinned.base == m.Base(branch="main", commit=branches["main"])


def test_starts_from_the_target_branch_if_no_other_is_named(devops, branches):
    _, pinned = found(devops, target_branch="ahead")
    assert pinned.base == m.Base(branch="ahead", commit=branches["ahead"])


def test_settings_attributes_and_texts_come_from_the_target_branch_and_not_from_the_base(devops, branches):
    git, pinned = found(devops, base_branch="ahead")
    assert pinned.base == m.Base(branch="ahead", commit=branches["ahead"])
    assert (pinned.branch, pinned.commit) == ("main", branches["main"])
    contents = _read(git, pinned)
    assert (contents.settings.verify, contents.settings.allowed) == (("make",), ())
    assert (contents.attributes, contents.texts.instructions) == ("", "")


@pytest.mark.parametrize("name", NAMES)
def test_a_branch_of_any_name_is_found(devops, branches, name):
    _, pinned = found(devops, target_branch=name, base_branch=name)
    assert pinned.base == m.Base(branch=name, commit=branches[name])


@pytest.mark.parametrize("role", ["target_branch", "base_branch"])
@pytest.mark.parametrize("name", ["feature", "feature/gr%C3%B6%C3%9Fe", "Main", "nowhere`x"])
def test_a_branch_that_does_not_exist_is_named(devops, branches, role, name):
    _, ended = found(devops, **{role: name})
    shown = name.replace("`", "'")
    assert ended.reason == f"Repository `tidy (v2) & it's 100%` has no branch `{shown}`."
