"""From a hostile work tree to a commit: what is refused, and that nothing is written outside the stage."""

import os
import subprocess
import time
from pathlib import Path

import pytest

from autocoder.changes.protected import DEFAULT_PROTECTED
from autocoder.shared.policy import Change, Rules
from autocoder.shared.redaction import Redactor
from autocoder.shared.rulings import Verdict
from runner import git as git_module
from runner.change import staging, survey
from runner.change.commit import Base, Collector
from runner.change.traps import TrapError, look_for_traps
from runner.change.verdicts import with_conflicts
from runner.git import Git, GitError, GitTimeoutError
from tests.containers.change.as_agent import USER, hand_over, only_as_root
from tests.containers.remote import git

TEXT = {
    "message": "Change\n",
    "authorName": "A",
    "authorEmail": "a@example.com",
    "date": "2025-01-02T03:04:05Z",
}
FILES = {
    "README.md": "# Sample\n",
    "src/app.py": "one\n",
    "src/deep/data.txt": "two\n",
    "empty.txt": "",
    "windows.bat": "echo hi\r\n",
    "mixed.txt": "a\r\nb\r\n",
    ".gitattributes": "*.bat text eol=crlf\nmixed.txt text=auto\n",
    "n/tracked.txt": "three\n",
}


class Tree:
    """The agent's workspace, and beside it the git directory that the agent cannot access."""

    def __init__(self, folder):
        self.folder, self.workspace = folder, folder / "workspace"
        self.directory = folder / "repository" / "git"
        self.directory.parent.mkdir(parents=True)
        self.workspace.mkdir()
        environment = {"GIT_DIR": str(self.directory), "GIT_WORK_TREE": str(self.workspace)}
        subprocess.run(["git", "init", "-q"], env={**os.environ, **environment}, check=True)
        for name, text in FILES.items():
            (self.workspace / name).parent.mkdir(parents=True, exist_ok=True)
            (self.workspace / name).write_bytes(text.encode())
            if name == "mixed.txt":  # before there are attributes that would convert it
                self.git("-c", "core.autocrlf=false", "add", name)
        self.git("-c", "core.autocrlf=false", "add", "-A")
        self.git("commit", "-qm", "first")
        self.base = Base(self.git("rev-parse", "HEAD"), self.git("rev-parse", "HEAD^{tree}"))

    def git(self, *arguments):
        return git(
            self.directory.parent, f"--git-dir={self.directory}", f"--work-tree={self.workspace}", *arguments
        )

    def write(self, path, text="x\n"):
        place = self.workspace / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(text.encode())

    def collector(self, seconds=5.0, secret="a-secret-of-the-run"):
        return Collector(
            Git(self.directory, seconds=seconds),
            self.workspace,
            self.base,
            Rules(protected=DEFAULT_PROTECTED),
            Redactor([secret]),
        )

    def collect(self, **options):
        return self.collector(**options).collect(TEXT)

    def changes(self, commit):
        listed = self.git("diff", "--name-status", "--no-renames", self.base.commit, commit)
        return dict(reversed(line.split("\t")) for line in listed.splitlines())

    def show(self, commit, path):
        command = ["git", f"--git-dir={self.directory}", "cat-file", "blob", f"{commit}:{path}"]
        return subprocess.run(command, capture_output=True, check=True).stdout


@pytest.fixture
def tree(tmp_path):
    return Tree(tmp_path)


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    monkeypatch.setattr(git_module, "PATIENCE_SECONDS", 0.2)


def only_reason(collected):
    (verdict,) = collected.refused
    assert collected.commit is None
    return f"{verdict.path}: {verdict.reason}"


def test_commits_new_changed_and_deleted_files_links_and_modes(tree):
    tree.write("src/new.py")
    tree.write("README.md", "changed\n")
    (tree.workspace / "src" / "app.py").chmod(0o755)
    (tree.workspace / "src" / "deep" / "data.txt").unlink()
    (tree.workspace / "link").symlink_to("src/app.py")
    collected = tree.collect()
    assert tree.changes(collected.commit) == {
        "src/new.py": "A",
        "README.md": "M",
        "src/app.py": "M",
        "src/deep/data.txt": "D",
        "link": "A",
    }
    assert tree.git("ls-tree", collected.commit, "link", "src/app.py").split()[::4] == ["120000", "100755"]
    assert tree.show(collected.commit, "link") == b"src/app.py"
    assert collected.difference.lines["README.md"] == (1, 1)


def test_a_folder_in_the_place_of_a_file_and_a_file_in_the_place_of_a_folder(tree):
    (tree.workspace / "README.md").unlink()
    tree.write("README.md/inner")
    subprocess.run(["rm", "-rf", "src"], cwd=tree.workspace, check=True)
    tree.write("src")
    collected = tree.collect()
    assert tree.changes(collected.commit) == {
        "README.md": "D",
        "README.md/inner": "A",
        "src": "A",
        "src/app.py": "D",
        "src/deep/data.txt": "D",
    }


def test_line_ends_are_kept_as_the_attributes_say(tree):
    tree.write("windows.bat", "echo hi\r\necho ho\r\n")
    tree.write("mixed.txt", "a\r\nb\r\nc\r\n")
    collected = tree.collect()
    assert tree.show(collected.commit, "windows.bat") == b"echo hi\necho ho\n"
    assert tree.show(collected.commit, "mixed.txt") == b"a\r\nb\r\nc\r\n"


# -- files that change while they are read -------------------------------------------------------------------


def swapped_during(monkeypatch, module, name, before):
    """Call *before* with the arguments of each call of the function *name* of *module*, before it."""
    real = getattr(module, name)

    def swapping(*arguments, **options):
        before(*arguments)
        return real(*arguments, **options)

    monkeypatch.setattr(module, name, swapping)


def test_follows_no_link_in_the_stage_however_the_agent_swaps_files(tree, monkeypatch, tmp_path):
    outside = tmp_path / "bin"
    outside.mkdir()
    place, aside = tree.workspace / "README.md", tree.folder / "aside"
    place.unlink()
    tree.write("README.md/git", "#!/bin/sh\nevil\n")
    (place / "git").chmod(0o755)
    targets = iter(("src", outside))

    def swap(change):
        """Be a link whenever the link is looked at, to another place each time, and else a folder."""
        path = change if isinstance(change, str) else change.path
        if path == "README.md":
            place.rename(aside)
            place.symlink_to(next(targets))
        if path == "README.md/git":
            place.unlink()
            aside.rename(place)

    swapped_during(monkeypatch, survey, "_look", lambda _, path, __: swap(path))
    swapped_during(monkeypatch, staging.Stage, "_take", lambda _, change, *__: swap(change))
    assert "README.md is a file and a folder at once" in only_reason(tree.collect())
    assert list(outside.iterdir()) == []


def test_the_stage_never_holds_a_link(tree):
    (tree.workspace / "one").symlink_to("src")
    (tree.workspace / "two").symlink_to("README.md")
    assert tree.collect().commit
    stage = tree.directory.parent / "stage"
    assert stage.is_dir()
    assert not [path for path in stage.rglob("*") if path.is_symlink()]


def test_does_not_follow_a_stage_that_is_a_link(tree, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (tree.directory.parent / "stage").symlink_to(outside)
    tree.write("new.txt")
    tree.collect()
    assert list(outside.iterdir()) == []


@pytest.mark.parametrize(
    ("after", "reason"),
    [
        ("printf longer >>new.txt", "has a different size"),
        (": >new.txt", "has a different size"),
        ("rm new.txt; mkfifo new.txt", "cannot be read"),
        ("rm new.txt; ln -s README.md new.txt", "cannot be read"),
        ("rm new.txt; mkdir new.txt", "cannot be read"),
        ("rm new.txt", "cannot be read"),
    ],
)
def test_refuses_a_file_that_changes_before_it_is_read(tree, monkeypatch, after, reason):
    tree.write("new.txt")
    change = lambda *_: subprocess.run(["sh", "-c", after], cwd=tree.workspace, check=True)  # noqa: E731
    swapped_during(monkeypatch, staging, "open_regular", change)
    assert reason in only_reason(tree.collect())


def test_judges_the_target_that_a_link_has_when_it_is_read(tree, monkeypatch):
    (tree.workspace / "link").symlink_to("README.md")

    def point_elsewhere(*_):
        (tree.workspace / "link").unlink()
        (tree.workspace / "link").symlink_to("/etc/passwd")

    swapped_during(monkeypatch, staging.Stage, "_take", point_elsewhere)
    assert "link: a symbolic link that leaves the repository" in only_reason(tree.collect())


def test_refuses_a_secret_in_the_target_of_a_link(tree):
    (tree.workspace / "link").symlink_to("a-secret-of-the-run")
    assert only_reason(tree.collect()) == "link: the file contains a secret of this run"


def test_nothing_is_in_the_index_before_it_is_judged(tree):
    tree.write("new.txt")
    tree.write("secret.txt", "a-secret-of-the-run")
    before = (tree.directory / "index").read_bytes()
    assert "a secret of this run" in only_reason(tree.collect())
    assert (tree.directory / "index").read_bytes() == before


# -- files that block Git ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("trap", "path"),
    [
        ("mkfifo .gitignore", ".gitignore"),
        ("mkdir new; mkfifo new/.gitignore; : >new/x", "new/.gitignore"),
        ("rm .gitattributes; mkfifo .gitattributes; echo x >>README.md", ".gitattributes"),
        ("mkfifo src/.gitattributes; touch -d 2001-01-01 src/app.py", "src/.gitattributes"),
        ("git init -q new; rm new/.git/HEAD; mkfifo new/.git/HEAD", "new/.git/HEAD"),
    ],
)
def test_refuses_a_pipe_in_the_place_of_a_file_that_git_reads(tree, trap, path):
    subprocess.run(["sh", "-c", trap], cwd=tree.workspace, check=True)
    began = time.monotonic()
    reason = only_reason(tree.collect(seconds=30))
    assert reason == f"{path}: a pipe, socket or device in the place of a file that Git reads"
    assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    ("path", "size"), [("empty.txt", 4 << 40), ("README.md", len(FILES["README.md"]) + (1000 << 32))]
)
def test_refuses_a_huge_file_before_git_has_read_it(tree, path, size):
    try:
        os.truncate(tree.workspace / path, size)
    except OSError:
        pytest.skip("the file system has no files of this size")
    began = time.monotonic()
    assert only_reason(tree.collect(seconds=30)) == f"{path}: {size:,} bytes; at most 10,000,000 are allowed"
    assert time.monotonic() - began < 5


def test_ends_git_with_its_process_group_when_an_unexpected_file_blocks_it(tree):
    (tree.workspace / "evil").mkdir()
    os.mkfifo(tree.workspace / "evil" / "HEAD")
    for name in ("objects", "refs"):
        (tree.workspace / "evil" / name).mkdir()
    tree.write("new/.git", f"gitdir: {tree.workspace}/evil\n")
    reason = only_reason(tree.collect(seconds=1))
    assert "git ls-files did not finish within 1 seconds; look for named pipes" in reason
    listed = subprocess.run(["pgrep", "-f", "ls-files -z -t"], capture_output=True, text=True).stdout
    mine = [pid for pid in listed.split() if _directory_of(pid) == str(tree.directory)]
    assert mine == []


def _directory_of(pid):
    try:
        return str(Path(f"/proc/{pid}/cwd").readlink())
    except OSError:
        return ""


def test_accepts_pipes_and_large_files_that_git_does_not_read(tree, monkeypatch):
    monkeypatch.setattr(git_module, "PATIENCE_SECONDS", -1.0)  # look at all of it
    tree.write(".gitignore", "build/\n")
    tree.write("build/x")
    os.mkfifo(tree.workspace / "build" / "pipe")
    os.truncate(tree.workspace / "build" / "x", 20_000_000)
    assert set(tree.changes(tree.collect().commit)) == {".gitignore"}


def test_accepts_a_large_file_that_was_checked_out_with_other_line_ends(tree):
    for path in (name for name in tree.workspace.rglob("*") if name.is_file()):
        os.utime(path, (1e9, 1e9))  # long before the index is written
    tree.git("update-index", "--refresh", "-q")
    blob = int(tree.git("cat-file", "-s", "HEAD:windows.bat"))
    assert (tree.workspace / "windows.bat").stat().st_size == blob + 1
    look_for_traps(Git(tree.directory, tree.workspace), tree.workspace, max_bytes=blob)
    tree.write("windows.bat", "x" * 100)
    with pytest.raises(TrapError, match="100 bytes"):
        look_for_traps(Git(tree.directory, tree.workspace), tree.workspace, max_bytes=blob)


def test_ends_a_call_of_git_that_takes_too_long_with_its_child_processes(tree):
    waiting = Git(tree.directory, settings={"alias.wait": "!sleep 30672; true"}, seconds=0.3)
    with pytest.raises(GitTimeoutError, match=r"git wait did not finish within 0\.3 seconds"):
        waiting.run("wait")
    assert subprocess.run(["pgrep", "-f", "sleep 30672"], capture_output=True).stdout == b""


def test_refuses_a_change_of_too_many_paths(tree, monkeypatch):
    monkeypatch.setattr(survey, "MAX_CHANGES", 10)
    for number in range(12):
        tree.write(f"many/{number}")
    assert "12 paths differ; at most 10 are allowed" in only_reason(tree.collect())


def test_refuses_a_listing_that_is_too_long(tree, monkeypatch):
    monkeypatch.setattr(git_module, "MAX_LISTED_BYTES", 1_000)
    for number in range(100):
        tree.write(f"many/a-rather-long-name-{number}")
    assert "printed more than 1,000 bytes" in only_reason(tree.collect())


def test_a_tree_that_git_cannot_compare_is_refused(tree):
    (tree.directory / "index").write_bytes(b"nonsense")
    assert "Git could not compare the files" in only_reason(tree.collect())


def test_limits_the_length_of_gits_error_messages(tree):
    with pytest.raises(GitError) as told:
        Git(tree.directory).run("cat-file", "-e", "x" * 10_000)
    assert len(str(told.value)) <= 2_000


# -- paths that conflict with a withheld path --------------------------------------------------------------


def new(path):
    return Change(path, "added", new_mode=0o100644)


def conflicts(passed, verdicts):
    return {one.path: one.reason for one in with_conflicts(passed, verdicts)[len(verdicts) :]}


def test_withholds_paths_above_or_below_a_withheld_path():
    verdicts = (Verdict("a/b", "withhold", ""), Verdict("c", "withhold", ""), Verdict("x", "drop", ""))
    passed = [new("a"), new("c/d/e"), new("a-b"), new("x/y"), new("c-d"), Change("a/b/z", "deleted")]
    assert conflicts(passed, verdicts) == {
        "a": "conflicts with the withheld path a/b",
        "a/b/z": "conflicts with the withheld path a/b",
        "c/d/e": "conflicts with the withheld path c",
    }


def test_what_a_withheld_path_has_displaced_stays_however_far_that_goes():
    verdicts = (Verdict("docs/a.md", "withhold", ""),)
    passed = [new("docs"), Change("docs/b.md", "deleted"), Change("docs/c/d.md", "deleted"), new("other")]
    assert set(conflicts(passed, verdicts)) == {"docs", "docs/b.md", "docs/c/d.md"}


def test_finds_conflicts_of_very_many_paths_quickly():
    passed = [new(f"folder/{number}/file") for number in range(20_000)]
    verdicts = tuple(Verdict(f"folder/{number}/file/inner", "withhold", "") for number in range(20_000))
    began = time.process_time()  # a busy machine must not fail this
    assert len(conflicts(passed, verdicts)) == 20_000
    assert time.process_time() - began < 2


def test_deep_paths_take_no_longer_than_wide_ones():
    deep = "/".join("d" * 2_000)
    began = time.monotonic()
    assert conflicts([new(f"{deep}/{n}") for n in range(2_000)], (Verdict("e", "withhold", ""),)) == {}
    assert time.monotonic() - began < 2


# -- as another user -----------------------------------------------------------------------------------------


@only_as_root
def test_git_runs_as_the_agents_user_and_cannot_see_the_supervisors_environment(tree):
    hand_over(tree.folder, tree.workspace, tree.directory.parent)
    tree.write("new.txt")
    collector = tree.collector()
    unprivileged = collector._replace(git=collector.git._replace(user=USER), reader=USER)
    collected = unprivileged.collect(TEXT)
    assert tree.changes(collected.commit) == {"new.txt": "A"}
    assert (tree.directory / "index").stat().st_uid == 1001
    checkout = tree.folder / "control" / "checkout"
    unprivileged.check_out(checkout, 60)
    assert (checkout / "new.txt").read_text() == "x\n"
    assert (checkout / "new.txt").stat().st_uid == 1001
    said = unprivileged.git._replace(
        settings={"alias.look": f"!cat /proc/{os.getpid()}/environ || id -u; id -G"}
    ).run("look")
    assert said.split() == [b"1001", b"1001"]
