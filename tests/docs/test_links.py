"""Every link, anchor and path that a Markdown page of the repository names leads somewhere."""

import re
import shutil
import subprocess
from urllib.parse import unquote

import pytest

from tests.docs.checkout import ROOT
from tests.docs.pages import anchors, prose, tracked
from tests.docs.recipes import NEW_FILE

PAGES = tracked("*.md")
TOP = {name.split("/")[0] for name in tracked()}
# Paths of a team's repository, of a built image, of a run's state or of a run's blobs: not of this checkout.
ELSEWHERE = re.compile(r"^(/|\.local|\.venv|~)|[<>{}*…$=() ]|^[A-Z_]+=|://")
MADE_BY_A_COMMAND = {f"containers/claude-opus/{name}" for name in ("agent.toml", "Dockerfile")}  # a recipe's
each_page = pytest.mark.parametrize("name", PAGES)


def links(text):
    """The targets of the links and pictures in the page *text*."""
    plain = re.sub(r"`[^`\n]*`", "", prose(text))
    return re.findall(r"\]\(([^)\s]+)\)", plain) + re.findall(r'(?:src|href)="([^"]+)"', plain)


@each_page
def test_every_link_leads_to_a_file_and_an_anchor(name):
    page, broken = ROOT / name, []
    for link in links(page.read_text()):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = unquote(link).partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in anchors(target.read_text())):
            broken.append(link)
    assert broken == []


def is_a_path(word):
    """Whether *word* is meant as a path of this checkout: it has a slash and begins in its top folder."""
    return "/" in word and not ELSEWHERE.search(word) and word.split("/")[0] in TOP


@each_page
def test_every_path_in_backticks_exists(name):
    words = re.findall(r"`([^`\n]+)`", prose((ROOT / name).read_text()))
    named = {re.split(r"[#:]", word)[0] for word in words if is_a_path(word)}
    missing = {path for path in named if not (ROOT / path).exists() and not is_ignored(path)}
    made = set(NEW_FILE.findall((ROOT / name).read_text())) if name.startswith("docs/recipes/") else set()
    assert missing - made - MADE_BY_A_COMMAND == set()


def is_ignored(path):
    """Whether *path* is one that Git ignores here, and so is made by a command."""
    return subprocess.run(["git", "check-ignore", "-q", path], cwd=ROOT).returncode == 0


@each_page
def test_every_make_target_exists(name):
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"`make ([a-z-]+)", (ROOT / name).read_text())) <= targets


def test_make_help_lists_every_target_that_the_readme_names():
    if shutil.which("make") is None:
        pytest.skip("make is not installed")
    listed = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    named = set(re.findall(r"(?m)(?:`|^)make ([a-z-]+)", (ROOT / "README.md").read_text()))
    assert named <= set(re.findall(r"^ *make ([a-z-]+)", listed, re.MULTILINE))


def test_the_checker_finds_violations():
    assert is_a_path("autocoder/settings.py")
    assert is_a_path("docs/no-such-page.md")
    assert not is_a_path(".azuredevops/autocoder.yml")
    assert anchors("# Wörter & `code`\n## 401\n## 401\n") == {"wörter--code", "401", "401-1"}
