"""Names of branches, compared with what the installed Git says, and names of projects and repositories."""

import subprocess

import pytest

from autocoder.names import MAX_BRANCH_BYTES, branch_problem, name_problem

GOOD = (
    "main", "feature/größe", "étab", "release/(v2)", "bugfix/it's&more", "users/me/v1=a", "fix/#12", "a%20b",
    "100%", "a,b;c", "a!b", "$(id)", "`id`", 'a"b', "a<b>|c", "a@b", "@a", "a@", "a{b}", "a+b", "a]b", "_a",
    "функция/поиск", "修复\uff08登录\uff09", "機能/検索", "emoji/🚀", "x.lock.y", "a.b", "v1.2.3", "Head",
    "heads/main", "gro\u0308ße", "a-", "a/-b", "9" * 40, "x" * MAX_BRANCH_BYTES,
)  # fmt: skip
REFUSED_BY_GIT = (
    "", "-force", "--upload-pack=x", "a b", "a..b", "../x", "a/../b", "a\nb", "a\x00b", "a\x7fb", "a\tb",
    "a~1", "a^", "a:b", "a?", "a*", "a[b", "a\\b", "@{-1}", "a@{1}", "/a", "a/", "a//b", ".a", "a/.b", "a.",
    "a.lock", "a.lock/b", "HEAD",
)  # fmt: skip
REFUSED_BY_US = {
    "@": "Git uses it for the current commit",
    "refs/heads/main": "give it without refs/heads/",
    "refs/heads/refs/heads/main": "give it without refs/heads/",
    "refs/pull/1/merge": "give it without refs/heads/",
    "x" * 5_000: "it is longer than 250 bytes",
    "größe" * 40: "it is longer than 250 bytes",
    "m\u0430in": "it contains U+0430 among Latin letters, which looks like one of them",
    "\uff4dain": "it contains U+FF4D, which looks like another character",
    "a\u2215b": "it contains U+2215, which looks like another character",
    "a\u2024b": "it contains U+2024, which looks like another character",
    "ma\u200bin": "it contains an invisible character, U+200B",
    "\u202eniam": "it contains an invisible character, U+202E",
    "a\u00a0b": "it contains an invisible character, U+00A0",
    "a\u0085b": "it contains an invisible character, U+0085",
}


def git_accepts(name):
    """Whether `git check-ref-format --branch` prints the name itself; `@{-1}` would mean another branch."""
    if "\0" in name:
        return False  # no argument can have it
    found = subprocess.run(["git", "check-ref-format", "--branch", name], capture_output=True, check=False)
    return found.returncode == 0 and found.stdout.decode().rstrip("\n") == name


@pytest.mark.parametrize("name", GOOD)
def test_a_branch_that_git_accepts_is_accepted(name):
    assert git_accepts(name)
    assert branch_problem(name) is None


@pytest.mark.parametrize("name", REFUSED_BY_GIT)
def test_a_branch_that_git_refuses_is_refused(name):
    assert not git_accepts(name)
    assert branch_problem(name) is not None


@pytest.mark.parametrize(("name", "why"), REFUSED_BY_US.items())
def test_a_branch_that_misleads_a_reader_is_refused_with_the_reason(name, why):
    assert git_accepts(name)
    assert branch_problem(name) == why


def test_each_ascii_character_is_judged_as_git_does():
    names = [f"a{chr(code)}b" for code in range(1, 128)] + [f"a{chr(code)}" for code in range(1, 128)]
    assert [branch_problem(name) is None for name in names] == [git_accepts(name) for name in names]


@pytest.mark.parametrize(
    "name",
    [
        "web",
        "tidy (v2)",
        "R&D Team",
        "100% Go",
        "it's",
        "Größe",
        "a@b~c",
        "a..b",
        "Проект",
        "x" * 64,
        "a-b_c.d",
    ],
)
def test_a_project_or_repository_that_azure_devops_accepts_is_accepted(name):
    assert name_problem(name) is None


@pytest.mark.parametrize(
    "name",
    ["", " ", ".", "..", "_web", "a/b", "a\\b", "a?b", "a#b", "a=b", "a\nb", "a\0b", "a\u200bb", "w\u0435b",
     "a ", " a", "a.", "x" * 65, "x" * 5_000, "🚀"],
)  # fmt: skip
def test_a_project_or_repository_that_azure_devops_refuses_is_refused(name):
    assert name_problem(name) is not None
