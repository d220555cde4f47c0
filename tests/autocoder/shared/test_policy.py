from typing import get_args

import pytest

from autocoder.changes.protected import DEFAULT_PROTECTED
from autocoder.shared.globs import matches
from autocoder.shared.path_names import shown
from autocoder.shared.policy import (
    EXECUTABLE,
    GITLINK,
    REGULAR,
    SYMLINK,
    Change,
    Rules,
    judge,
)
from autocoder.shared.rulings import RULINGS, Kind


def added(path, **more):
    return Change(path, "added", new_mode=more.pop("new_mode", REGULAR), **more)


def verdict(change, rules=None):
    verdicts = judge([change], rules or Rules(protected=DEFAULT_PROTECTED))
    return verdicts[0].action if verdicts else None


@pytest.mark.parametrize(
    "path",
    [
        "azure-pipelines.yml",
        "Azure-Pipelines-Release.YAML",
        ".azure-pipelines/build.yml",
        ".azuredevops/autocoder.yml",
        ".github/workflows/ci.yml",
        ".GitHub/workflows/ci.yml",
        ".github",
        "AGENTS.md",
        "services/api/agents.MD",
        "CLAUDE.md",
        "\uff23LAUDE.md",
        "CLAUDE.md.",
        ".autocoder.yml",
        ".autocoder/settings.json",
        ".vscode/tasks.json",
        "web/.vscode/settings.json",
        ".husky/pre-commit",
        ".idea/runConfigurations/evil.xml",
        ".devcontainer/devcontainer.json",
        ".cursor/mcp.json",
        "a.code-workspace",
        ".envrc",
        ".pre-commit-config.yaml",
    ],
)
def test_withholds_files_that_configure_pipelines_and_agents(path):
    assert verdict(added(path)) == "withhold"


@pytest.mark.parametrize("kind", ["modified", "deleted"])
def test_withholds_changes_and_deletions_of_protected_paths_alike(kind):
    mode = None if kind == "deleted" else REGULAR
    assert verdict(Change(".github/ci.yml", kind, REGULAR, mode)) == "withhold"


@pytest.mark.parametrize(
    "path", ["src/app.py", "docs/azure-pipelines.yml", "docs/über.md", "日本/語.txt", "a b/c.txt", "..a/b..c"]
)
def test_accepts_ordinary_paths(path):
    assert verdict(added(path)) is None


def test_an_allowed_path_is_not_protected():
    rules = Rules(DEFAULT_PROTECTED, allowed=("/azure-pipelines.yml",))
    assert verdict(added("azure-pipelines.yml"), rules) is None
    assert verdict(added("azure-pipelines-release.yml"), rules) == "withhold"


@pytest.mark.parametrize(
    "path",
    [
        "../a",
        "a/../b",
        "/etc/passwd",
        "a//b",
        "./a",
        "",
        ".git/config",
        "a/.GIT/hooks/pre-commit",
        ".g\u200cit/config",
        ".git./config",
        ".git /config",
        "git~1/config",
        ".git::$INDEX_ALLOCATION/config",
        ".git/a\nb",
        ".git/\udce9",
    ],
)
def test_refuses_paths_that_lead_out_of_the_tree_or_into_a_git_folder(path):
    assert verdict(added(path)) == "refuse"


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("caf\udce9.txt", "the name is not UTF-8"),
        ("a\nb\udce9", "the name is not UTF-8"),
        ("a\nb", "the name has control characters"),
        ("a\x1b[31m", "the name has control characters"),
        ("a\x7f", "the name has control characters"),
        ("a\x85b", "the name has control characters"),
        ("a\u2028b", "the name has control characters"),
        ("a\u202egnp.exe", "the name has control characters"),
        ("a\\b", "the name has a backslash"),
        ("é\\b", "the name has a backslash"),
        ("a" * 256, "the name is too long"),
        ("é" * 128, "the name is too long"),
        ("/".join("a" * 100 for _ in range(50)), "the name is too long"),
    ],
)
@pytest.mark.parametrize("kind", ["added", "modified", "deleted"])
def test_withholds_names_that_some_systems_cannot_have_and_calls_them_what_they_are(path, reason, kind):
    old, new = (None if kind == "added" else REGULAR), (None if kind == "deleted" else REGULAR)
    change = Change(path, kind, old, new)
    (one,) = judge([change, added("fine.txt")], Rules())
    assert one[:3] == (path, "withhold", reason)


@pytest.mark.parametrize("path", ["a" * 255, "é" * 127, "日" * 85])
def test_accepts_the_longest_names(path):
    assert verdict(added(path)) is None


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("über/日本.txt", "über/日本.txt"),
        ("a\\b", "a\\\\b"),
        ("a\\x08", "a\\\\x08"),
        ("a\x08", "a\\x08"),
        ("caf\udce9.txt", "caf\\xe9.txt"),
        ("a\nb\x1b[31m", "a\\x0ab\\x1b[31m"),
        ("a\u202eb\u2028", "a\\u202eb\\u2028"),
        ("\\xe9\udce9", "\\\\xe9\\xe9"),
    ],
)
def test_any_name_is_shown_as_one_line_of_utf8(path, text):
    assert shown(path) == text
    assert text.encode().decode() == text
    assert text.isprintable()


def test_a_bad_path_is_refused_even_where_it_would_be_dropped_or_allowed():
    rules = Rules(DEFAULT_PROTECTED, allowed=("**",), leftovers=("**",))
    assert verdict(added(".git/b"), rules) == "refuse"


def test_a_leftover_with_a_bad_name_is_dropped_as_the_others():
    assert verdict(added(".fake/a\nb"), Rules(leftovers=(".fake/",))) == "drop"
    assert verdict(added("a\nb"), Rules(allowed=("**",))) == "withhold"


@pytest.mark.parametrize("folder", ["", "a/", "a/b/"])
@pytest.mark.parametrize("head", ["HEAD", "head"])
def test_refuses_a_folder_that_git_takes_for_a_repository(folder, head):
    parts = [added(f"{folder}{name}") for name in (head, "objects/.keep", "refs/heads/.keep", "config")]
    assert [one.path for one in judge(parts, Rules()) if one.action == "refuse"] == [f"{folder}{head}"]
    for missing in range(3):
        assert judge([one for at, one in enumerate(parts) if at != missing], Rules()) == ()


def test_every_kind_has_a_ruling():
    assert set(RULINGS) == set(get_args(Kind))


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("a", "/etc/passwd"),
        ("a", ".."),
        ("a", "../x"),
        ("d/a", "../../x"),
        ("d/a", "x/../../../y"),
        ("d/a", "x/../y"),
        ("a", ".git/config"),
        ("a", "x\ny"),
        ("a", "..\\x"),
        ("a", ""),
        ("a", None),
    ],
)
def test_refuses_symbolic_links_that_leave_the_tree_or_cannot_be_resolved(path, target):
    assert verdict(added(path, new_mode=SYMLINK, link_target=target)) == "refuse"


@pytest.mark.parametrize(("path", "target"), [("a", "b"), ("d/a", "../b/c"), ("d/a", "./b")])
def test_accepts_symbolic_links_within_the_tree(path, target):
    assert verdict(added(path, new_mode=SYMLINK, link_target=target)) is None


@pytest.mark.parametrize(
    "path", [".gitmodules", "sub/.gitmodules", ".GitModules", "GITMOD~1", ".gitmodules "]
)
@pytest.mark.parametrize("kind", ["added", "modified", "deleted"])
def test_refuses_any_change_of_gitmodules(path, kind):
    old, new = (None if kind == "added" else REGULAR), (None if kind == "deleted" else REGULAR)
    rules = Rules(DEFAULT_PROTECTED, allowed=("**",), leftovers=("**",))
    assert verdict(Change(path, kind, old, new), rules) == "refuse"


def test_refuses_a_changed_submodule_and_withholds_a_new_or_deleted_one():
    assert verdict(Change("sub", "modified", GITLINK, GITLINK)) == "refuse"
    assert verdict(Change("sub", "modified", GITLINK, REGULAR)) == "refuse"
    assert verdict(Change("sub", "deleted", GITLINK)) == "withhold"
    assert verdict(added("nested", new_mode=GITLINK)) == "withhold"


@pytest.mark.parametrize("mode", [None, 0o040000, 0o100664, 0o010000])
def test_withholds_modes_that_no_tree_should_have(mode):
    assert verdict(Change("a", "added", new_mode=mode)) == "withhold"


def test_withholds_paths_kept_in_lfs_even_when_deleted():
    assert verdict(Change("a.psd", "deleted", REGULAR, lfs=True)) == "withhold"


def test_withholds_files_over_the_limit():
    assert verdict(added("a", size=11), Rules(max_file_bytes=10)) == "withhold"
    assert verdict(added("a", size=10), Rules(max_file_bytes=10)) is None


def test_refuses_too_many_files_and_bytes_without_counting_dropped_paths():
    rules = Rules(DEFAULT_PROTECTED, max_files=2, max_total_bytes=25, leftovers=("*.tmp",))
    few = [added("a", size=10), added("b", size=10), added("c.tmp", size=10), added("AGENTS.md", size=10)]
    assert [v.action for v in judge(few, rules)] == ["drop", "withhold"]
    many = judge([*few, added("d", size=10)], rules)
    assert [v.path for v in many if v.action == "refuse"] == ["", ""]


def test_drops_new_leftovers_but_not_changes_to_files_of_that_name():
    rules = Rules(leftovers=(".crush/", "*.tmp.*"))
    assert verdict(added(".crush/log.txt"), rules) == "drop"
    assert verdict(added("src/hello.txt.tmp.22021"), rules) == "drop"
    assert verdict(Change("x.tmp.1", "modified", REGULAR, REGULAR), rules) is None


def test_a_protected_path_that_is_allowed_is_not_a_leftover():
    rules = Rules(
        protected=(".claude/",), allowed=(".claude/commands/",), leftovers=(".claude/**", "*.tmp.*")
    )
    assert verdict(added(".claude/commands/review.md"), rules) is None
    assert verdict(added(".claude/settings.local.json"), rules) == "drop"
    assert verdict(Change(".claude/settings.json", "modified", REGULAR, REGULAR), rules) == "withhold"
    assert verdict(added("src/x.tmp.1"), Rules(allowed=("src/",), leftovers=("*.tmp.*",))) == "drop"


@pytest.mark.parametrize("head", [b"\x7fELF\2\0", b"MZ\x90\0", b"\xca\xfe\xba\xbe\0\0"])
def test_withholds_compiled_programs_of_any_name(head):
    assert verdict(added("picture.png", new_mode=EXECUTABLE, head=head)) == "withhold"


def test_withholds_binary_content_where_text_is_expected_unless_it_is_allowed():
    assert verdict(added("data.bin", head=b"a\0b")) == "withhold"
    assert verdict(added("data.bin", head=b"a\0b"), Rules(allowed=("*.bin",))) is None
    assert verdict(added("logo.PNG", head=b"\x89PNG\0")) is None
    assert verdict(added("resources.resx", head=b"\xff\xfea\0b\0")) is None


@pytest.mark.parametrize(
    ("glob", "path", "expected"),
    [
        ("*.lock", "a/b/poetry.lock", True),
        ("infra/", "infra/main.bicep", True),
        ("infra/", "src/infra/main.bicep", True),
        ("/infra/", "src/infra/main.bicep", False),
        ("infra/**", "infra/x/y", True),
        ("infra/*.bicep", "infra/x/y.bicep", False),
        ("**/secrets/*.json", "a/b/secrets/x.json", True),
        ("**/secrets/*.json", "secrets/x.json", True),
        ("a?c", "abc", True),
        ("a?c", "a/c", False),
        ("a.c", "abc", False),
        ("Docs", "docs/x", True),
        ("Docs", "a/docs/b/c", True),
        ("Docs", "a/docs2/b", False),
        ("/Docs", "a/docs", False),
        ("a/docs", "a/docs", True),
        ("a/docs", "a/docs2", False),
        ("a/docs", "b/a/docs", False),
        ("Ünïcode", "u\u0308nI\u0308code", True),
    ],
)
def test_globs_are_read_like_those_of_gitignore(glob, path, expected):
    assert matches(path, (glob,)) is expected


def test_rules_are_read_from_the_run_file():
    rules = Rules.of({"protected": ["x"], "allowed": ["y"], "maxFiles": 3}, ["z"])
    assert rules == Rules(("x",), ("y",), ("z",), max_files=3)
