"""Only what the agent changed is in the commit, whatever Git would convert in a clean checkout."""

import os
import shutil
import subprocess

import pytest

from autocoder.shared.policy import Rules
from autocoder.shared.redaction import Redactor
from runner.change.commit import Base, Collector
from runner.git import Git
from tests.containers.change.as_agent import USER, hand_over, only_as_root
from tests.containers.change.test_collecting import TEXT
from tests.containers.remote import git

CRLF = b"class A\r\n{\r\n    int x;\r\n}\r\n"
FILES = {
    "README.md": b"hello\n",
    "src/crlf.cs": CRLF,
    "src/mixed.cs": b"a\r\nb\nc\r\n",
    "windows.bat": b"echo hi\r\n",
    "lf.bat": b"echo hi\n",
    "auto.txt": CRLF,
    "old.c": b"/* $Id: 1234 $ */\nint x;\n",
    "new.c": b"/* $Id$ */\nint x;\n",
    "wide.rc": "a\r\nb\r\n".encode("utf-16"),
    "narrow.rc": b"a\nb\n",
    "latin.ini": "größe\r\n".encode("latin-1"),
    "settings.dat": b"a=1\r\n",
    "run.sh": b"#!/bin/sh\r\necho\r\n",
    "größe 'name'.cs": CRLF,
    "moved.cs": b"moved\r\nas it is\r\n",
}
ATTRIBUTES = (
    "*.cs text\n*.bat text eol=crlf\n*.txt text=auto\n*.c ident\n*.rc working-tree-encoding=UTF-16 text\n"
    "*.ini working-tree-encoding=UTF-8-BOM\n*.dat filter=absent\n*.sh text eol=lf\n"
)


class Checkout:
    """A repository whose files were committed before its attributes, checked out as the clone does it."""

    def __init__(self, folder, attributes=ATTRIBUTES):
        if isinstance(attributes, str):
            attributes = {".gitattributes": attributes} if attributes else {}
        source, repository = folder / "source", folder / "repository"
        self.workspace = folder / "workspace"
        for one in (source, repository, self.workspace):
            one.mkdir(parents=True)
        subprocess.run(["git", "init", "-q", str(source)], check=True)
        self.source = source
        self._commit(FILES)
        if attributes:  # nobody renormalises what is there
            self._add_attributes(attributes)
        self.directory = repository / "git"
        subprocess.run(["git", "clone", "-q", "--bare", str(source), str(self.directory)], check=True)
        git(self.directory, "config", "core.bare", "false")
        clean = Git(self.directory, work_tree=self.workspace)
        self.commit = git(self.directory, "rev-parse", "HEAD")
        clean.run("read-tree", "-u", "--reset", self.commit)
        self.base = Base(self.commit, git(self.directory, "rev-parse", "HEAD^{tree}"))
        for path in self.workspace.rglob("*"):  # Git must not know from the times that nothing changed
            os.utime(path, (1, 1), follow_symlinks=False)

    def _commit(self, files):
        for name, content in files.items():
            place = self.source / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
        (self.source / "run.sh").chmod(0o755)
        git(self.source, "-c", "core.autocrlf=false", "add", "-A")
        git(self.source, "commit", "-qm", "first")

    def _add_attributes(self, attributes):
        for name, content in attributes.items():
            place = self.source / name
            place.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(content, str):
                place.write_bytes(content.encode())
            else:
                place.symlink_to(content)
            git(self.source, "-c", "core.autocrlf=false", "add", "-f", name)
        git(self.source, "commit", "-qm", "attributes")

    def edit(self, name, old, new):
        """Replace *old* in the file *name* by *new*."""
        content = (self.workspace / name).read_bytes()
        assert old in content
        (self.workspace / name).write_bytes(content.replace(old, new))

    def collector(self, user=None):
        git = Git(self.directory, seconds=60, user=user)
        return Collector(git, self.workspace, self.base, Rules(), Redactor([]), user)

    def collect(self):
        return self.collector().collect(TEXT)

    def numbers(self, collected):
        """Lines added and removed for each path of the change."""
        assert collected.refused == ()
        return dict(collected.difference.lines)

    def stored(self, collected, name):
        """The content of the file *name* in the commit."""
        command = ["git", f"--git-dir={self.directory}", "cat-file", "blob", f"{collected.commit}:{name}"]
        return subprocess.run(command, capture_output=True, check=True).stdout


@pytest.fixture
def checkout(tmp_path):
    return Checkout(tmp_path)


def test_an_agent_that_changes_nothing_changes_nothing(checkout):
    collected = checkout.collect()
    assert (collected.commit, collected.refused, collected.withheld) == (None, (), ())


def test_one_edit_is_the_whole_change(checkout):
    (checkout.workspace / "README.md").write_bytes(b"hello\nmore\n")
    assert checkout.numbers(checkout.collect()) == {"README.md": (1, 0)}


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("src/crlf.cs", b"int x", b"int y"),
        ("src/mixed.cs", b"b\n", b"d\n"),
        ("windows.bat", b"hi", b"ho"),
        ("lf.bat", b"hi", b"ho"),
        ("auto.txt", b"int x", b"int y"),
        ("new.c", b"int x", b"int y"),
        ("narrow.rc", "b".encode("utf-16-le"), "d".encode("utf-16-le")),
        ("run.sh", b"echo", b"exit"),
    ],
)
def test_an_edited_line_is_the_whole_change_of_its_file(checkout, name, old, new):
    checkout.edit(name, old, new)
    assert checkout.numbers(checkout.collect()) == {name: (1, 1)}


@pytest.mark.parametrize("name", ["wide.rc", "latin.ini", "settings.dat", "old.c"])
def test_an_edited_file_that_git_cannot_convert_is_committed(checkout, name):
    file = checkout.workspace / name
    file.write_bytes(file.read_bytes() + file.read_bytes())
    collected = checkout.collect()
    assert collected.commit
    assert git(checkout.directory, "diff", "--name-only", checkout.commit, collected.commit) == name


def test_a_change_of_the_mode_alone_is_a_change_of_the_mode_alone(checkout):
    (checkout.workspace / "src/crlf.cs").chmod(0o755)
    collected = checkout.collect()
    assert checkout.numbers(collected) == {"src/crlf.cs": (0, 0)}
    changed = git(checkout.directory, "diff", "--summary", checkout.commit, collected.commit)
    assert changed.strip() == "mode change 100644 => 100755 src/crlf.cs"


def test_two_files_with_one_object_are_told_apart(checkout):
    for name in ("src/crlf.cs", "größe 'name'.cs"):
        (checkout.workspace / name).chmod(0o755)
    checkout.edit("src/crlf.cs", b"int x", b"int y")
    collected = checkout.collect()
    assert checkout.numbers(collected) == {"src/crlf.cs": (1, 1), "größe 'name'.cs": (0, 0)}
    changed = git(checkout.directory, "diff", "--summary", checkout.commit, collected.commit)
    assert changed.count("mode change 100644 => 100755") == 2


def test_attributes_that_the_agent_adds_rewrite_nothing_else(tmp_path):
    checkout = Checkout(tmp_path, attributes="")
    (checkout.workspace / ".gitattributes").write_text(ATTRIBUTES)
    assert checkout.numbers(checkout.collect()) == {".gitattributes": (8, 0)}


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("src/crlf.cs", b"int x", b"int y"),
        ("auto.txt", b"int x", b"int y"),
        ("old.c", b"int x", b"int y"),
        ("wide.rc", "b".encode("utf-16-le"), "d".encode("utf-16-le")),
    ],
)
def test_attributes_that_come_with_an_edit_rewrite_no_other_line(tmp_path, name, old, new):
    checkout = Checkout(tmp_path, attributes="")
    content = (checkout.workspace / name).read_bytes()
    (checkout.workspace / ".gitattributes").write_text(ATTRIBUTES)
    checkout.edit(name, old, new)
    collected = checkout.collect()
    assert collected.refused == ()
    assert checkout.stored(collected, name) == content.replace(old, new)


@pytest.mark.parametrize("name", ["src/crlf.cs", "wide.rc"])
def test_attributes_that_the_agent_deletes_convert_nothing_more(checkout, name):
    (checkout.workspace / ".gitattributes").unlink()
    (checkout.workspace / "src/new.cs").write_bytes(CRLF)
    with (checkout.workspace / name).open("ab") as file:
        file.write(b"\r\n")
    content = (checkout.workspace / name).read_bytes()
    collected = checkout.collect()
    assert checkout.stored(collected, name) == content
    assert checkout.stored(collected, "src/new.cs") == CRLF


def test_attributes_of_a_folder_count_for_that_folder_alone(tmp_path):
    checkout = Checkout(tmp_path, attributes="")
    (checkout.workspace / "src/.gitattributes").write_text("*.cs text\n")
    (checkout.workspace / "src/new.cs").write_bytes(CRLF)
    (checkout.workspace / "new.cs").write_bytes(CRLF)
    checkout.edit("src/crlf.cs", b"int x", b"int y")
    collected = checkout.collect()
    assert checkout.numbers(collected)["src/crlf.cs"] == (1, 1)
    assert checkout.stored(collected, "src/new.cs") == CRLF.replace(b"\r\n", b"\n")
    assert checkout.stored(collected, "new.cs") == CRLF


def test_an_edit_of_attributes_with_other_line_ends_changes_one_line(tmp_path):
    checkout = Checkout(tmp_path, attributes="* text\r\n*.png -text\r\n")
    checkout.edit(".gitattributes", b"png", b"jpg")
    checkout.edit("src/crlf.cs", b"int x", b"int y")
    assert checkout.numbers(checkout.collect()) == {".gitattributes": (1, 1), "src/crlf.cs": (1, 1)}


def test_attributes_in_the_place_of_a_folder_and_a_folder_in_the_place_of_attributes(tmp_path):
    checkout = Checkout(
        tmp_path, {"src/.gitattributes/.gitattributes": "* text\n", ".gitattributes": "* text\n"}
    )
    shutil.rmtree(checkout.workspace / "src/.gitattributes")
    (checkout.workspace / "src/.gitattributes").write_text("*.cs text\n")
    (checkout.workspace / ".gitattributes").unlink()
    (checkout.workspace / ".gitattributes").mkdir()
    (checkout.workspace / ".gitattributes/.gitattributes").write_text("* text\n")
    checkout.edit("src/crlf.cs", b"int x", b"int y")
    assert checkout.numbers(checkout.collect())["src/crlf.cs"] == (1, 1)


def test_attributes_that_are_a_link_are_not_written_through(tmp_path):
    target = tmp_path / "elsewhere"
    target.write_text("mine\n")
    checkout = Checkout(tmp_path, {".gitattributes": "* text\n", "src/.gitattributes": target})
    (checkout.workspace / "src/.gitattributes").unlink()
    (checkout.workspace / "src/.gitattributes").write_text("*.cs text\n")
    checkout.edit("src/crlf.cs", b"int x", b"int y")
    assert checkout.numbers(checkout.collect())["src/crlf.cs"] == (1, 1)
    assert target.read_text() == "mine\n"


@pytest.mark.parametrize("value", ["working-tree-encoding", "-working-tree-encoding"])
def test_refuses_attributes_with_which_git_could_not_check_the_change_out(tmp_path, value):
    checkout = Checkout(tmp_path, attributes="")
    (checkout.workspace / ".gitattributes").write_text(f"src/crlf.cs {value}\n*.txt text\n")
    checkout.edit("src/crlf.cs", b"int x", b"int x, y")
    checkout.edit("auto.txt", b"int x", b"int x, y")
    collected = checkout.collect()
    assert collected.commit is None
    assert [verdict.path for verdict in collected.refused] == ["src/crlf.cs"]
    assert "names no encoding" in collected.refused[0].reason


def test_a_moved_file_stays_what_it_was(checkout):
    (checkout.workspace / "moved.cs").rename(checkout.workspace / "src/there.cs")
    collected = checkout.collect()
    assert checkout.stored(collected, "src/there.cs") == FILES["moved.cs"]
    changed = git(checkout.directory, "diff", "-M", "--name-status", checkout.commit, collected.commit)
    assert changed == "R100\tmoved.cs\tsrc/there.cs"


def test_files_that_git_cannot_encode_are_stored_as_they_are_beside_links(checkout):
    contents = {f"new{n}.ini": f"größe {n}\n".encode("latin-1") for n in range(3)}
    contents["good.rc"] = "a\n".encode("utf-16")
    for name, content in contents.items():
        (checkout.workspace / name).write_bytes(content)
    (checkout.workspace / "src/new.cs").write_bytes(CRLF)
    for name in ("link", "src/link"):
        (checkout.workspace / name).symlink_to("README.md")
    collected = checkout.collect()
    assert collected.refused == ()
    assert {name: checkout.stored(collected, name) for name in contents} == contents | {"good.rc": b"a\n"}
    assert checkout.stored(collected, "link") == checkout.stored(collected, "src/link") == b"README.md"
    assert b"\r" not in checkout.stored(collected, "src/new.cs")


def test_the_encodings_of_new_attributes_count(tmp_path):
    checkout = Checkout(tmp_path, attributes="")
    (checkout.workspace / ".gitattributes").write_text("* working-tree-encoding=UTF-16\n")
    (checkout.workspace / "good.rc").write_bytes("a\n".encode("utf-16"))
    (checkout.workspace / "bad.rc").write_bytes(b"a\n")
    collected = checkout.collect()
    assert checkout.stored(collected, ".gitattributes") == b"* working-tree-encoding=UTF-16\n"
    assert checkout.stored(collected, "good.rc") == checkout.stored(collected, "bad.rc") == b"a\n"


def test_a_file_that_gets_the_line_ends_of_its_attributes_is_changed(checkout):
    (checkout.workspace / "src/crlf.cs").write_bytes(CRLF.replace(b"\r\n", b"\n"))
    assert checkout.numbers(checkout.collect()) == {"src/crlf.cs": (4, 4)}


def test_a_new_file_is_converted_as_its_attributes_say(checkout):
    (checkout.workspace / "src/new.cs").write_bytes(CRLF)
    collected = checkout.collect()
    assert git(checkout.directory, "cat-file", "-p", f"{collected.commit}:src/new.cs").count("\r") == 0


@only_as_root
def test_git_checks_the_base_out_as_the_agents_user(checkout, tmp_path):
    hand_over(tmp_path, checkout.workspace, checkout.directory.parent)
    checkout.edit("src/crlf.cs", b"int x", b"int y")
    (checkout.workspace / "moved.cs").rename(checkout.workspace / "there.cs")
    (checkout.workspace / "new.ini").write_bytes("größe\n".encode("latin-1"))
    (checkout.workspace / "src/.gitattributes").write_text("*.cs text\n")
    (checkout.workspace / "link").symlink_to("README.md")
    collected = checkout.collector(USER).collect(TEXT)
    assert checkout.numbers(collected)["src/crlf.cs"] == (1, 1)
    assert checkout.stored(collected, "there.cs") == FILES["moved.cs"]
    assert (checkout.directory.parent / "checked-out").stat().st_uid == USER[0]
