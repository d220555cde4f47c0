"""Temporary folders of activities."""

import errno
import os
import tempfile
import time

import pytest

from activities.parts.temporary_folder import MAX_AGE_SECONDS, PREFIX, temporary_folder
from autocoder.errors import Transient


@pytest.fixture(autouse=True)
def root(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def leftover(root, name, age):
    folder = root / name
    (folder / "inside").mkdir(parents=True)
    os.utime(folder, (time.time() - age, time.time() - age))
    return folder


def test_the_folder_is_gone_afterwards(root):
    with temporary_folder() as folder:
        (folder / "changes.pack").write_bytes(b"x")
        assert folder.parent == root
    assert list(root.iterdir()) == []


def test_what_killed_processes_left_is_deleted_and_nothing_else(root):
    old = leftover(root, f"{PREFIX}old", MAX_AGE_SECONDS + 60)
    names = ("another", "autocoder-main", "autocoder-run-local")  # such as a developer's clone
    others = [leftover(root, name, MAX_AGE_SECONDS + 60) for name in names]
    others.append(leftover(root, f"{PREFIX}new", 60))
    (root / f"{PREFIX}link").symlink_to(others[0])
    with temporary_folder():
        assert not old.exists()
        assert all((other / "inside").is_dir() for other in others)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_waited_out(number):
    with pytest.raises(Transient, match="full"), temporary_folder():
        raise OSError(number, "no space")


def test_any_other_error_is_not_hidden():
    with pytest.raises(PermissionError), temporary_folder():
        raise PermissionError
