"""Only what the agent changed is in the commit, whatever Git would convert in a clean checkout."""

import os
import subprocess

import pytest

from autocoder.shared.policy import Rules
from autocoder.shared.redaction import Redactor
from runner.change.commit import Base, Collector
from runner.git import Git
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
}
ATTRIBUTES = (
    "*.cs text\n*.bat text eol=crlf\n*.txt text=auto\n*.c ident\n*.rc working-tree-encoding=UTF-16 text\n"
    "*.ini working-tree-encoding=UTF-8-BOM\n*.dat filter=absent\n*.sh text eol=lf\n"
)


class Checkout:
    """A repository whose files were committed before its attributes, checked out as the clone does it."""

    def __init__(self, folder, attributes=ATTRIBUTES):
        source, repository = folder / "source", folder / "repository"
        self.workspace = folder / "workspace"
        for one in (source, repository, self.workspace):
            one.mkdir(parents=True)
        subprocess.run(["git", "init", "-q", str(source)], check=True)
        self.source = source
        self._commit(FILES)
        if attributes:  # nobody renormalises what is there
            (source / ".gitattributes").write_text(attributes)
            git(source, "add", ".gitattributes")
            git(source, "commit", "-qm", "attributes")
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

    def collect(self):
        rules, redactor = Rules(), Redactor([])
        return Collector(Git(self.directory, seconds=60), self.workspace, self.base, rules, redactor).collect(
            TEXT
        )

    def numbers(self, collected):
        """Lines added and removed for each path of the change."""
        return dict(collected.difference.lines)


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
    file = checkout.workspace / name
    content = file.read_bytes()
    assert old in content
    file.write_bytes(content.replace(old, new))
    assert checkout.numbers(checkout.collect()) == {name: (1, 1)}


@pytest.mark.parametrize("name", ["wide.rc", "latin.ini", "settings.dat", "old.c"])
def test_an_edited_file_that_git_cannot_convert_is_committed(checkout, name):
    file = checkout.workspace / name
    file.write_bytes(file.read_bytes() + file.read_bytes())
    collected = checkout.collect()
    assert collected.commit
    assert git(checkout.directory, "diff", "--name-only", checkout.commit, collected.commit) == name


def test_a_change_of_the_mode_alone_is_a_change(checkout):
    (checkout.workspace / "src/crlf.cs").chmod(0o755)
    collected = checkout.collect()
    changed = git(checkout.directory, "diff", "--summary", checkout.commit, collected.commit)
    assert changed.strip() == "mode change 100644 => 100755 src/crlf.cs"


def test_attributes_that_the_agent_adds_rewrite_nothing_else(tmp_path):
    checkout = Checkout(tmp_path, attributes="")
    (checkout.workspace / ".gitattributes").write_text(ATTRIBUTES)
    assert checkout.numbers(checkout.collect()) == {".gitattributes": (8, 0)}


def test_a_file_that_gets_the_line_ends_of_its_attributes_is_changed(checkout):
    (checkout.workspace / "src/crlf.cs").write_bytes(CRLF.replace(b"\r\n", b"\n"))
    assert checkout.numbers(checkout.collect()) == {"src/crlf.cs": (4, 4)}


def test_a_new_file_is_converted_as_its_attributes_say(checkout):
    (checkout.workspace / "src/new.cs").write_bytes(CRLF)
    collected = checkout.collect()
    assert git(checkout.directory, "cat-file", "-p", f"{collected.commit}:src/new.cs").count("\r") == 0
