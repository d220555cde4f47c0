"""What harms only itself is left out and listed, and the rest is published; the app finds nothing in that."""

import os
import socket
import subprocess

import pytest

from autocoder.changes.objections import objections
from autocoder.changes.pack import open_pack
from autocoder.changes.trees import read_change
from runner.supervisor.ending import withheld_part
from tests.containers.change.test_collecting import TEXT, Tree

JAR = b"PK\x03\x04\n\0\0\0"


@pytest.fixture
def tree(tmp_path):
    return Tree(tmp_path)


def put(tree, path, content=b"x\n"):
    """Write a file whose *path* may be any bytes."""
    place = tree.workspace / os.fsdecode(path)
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(content)


def published(tree, collector=None):
    """Collect; return the collected change, and what its pack changes, in which the app finds nothing."""
    collector = collector or tree.collector()
    collected = collector.collect(TEXT)
    assert collected.refused == ()
    path, entry = collector.pack(collected)
    with open_pack(path, sha256=entry["sha256"]) as pack:
        change = read_change(pack, collected.commit, tree.base.commit)
        assert objections(pack, change, collector.rules, ["a-secret-of-the-run"], before=lambda _: None) == []
        return collected, {one.path: one.kind for one in change.changes}


def listed(collected):
    """The withheld paths as `result.json` has them."""
    return {one["path"]: one["reason"] for one in withheld_part(collected.withheld)["withheld"]}


UNWANTED = {
    "gradle/wrapper/gradle-wrapper.jar": (JAR, "binary content where text is expected"),
    "tool": (b"\x7fELF\2\1\1\0", "a compiled program"),
    "big.txt": (b"x" * 11_000_000, "11,000,000 bytes; at most 10,000,000 are allowed"),
    b"caf\xe9.txt": (b"x\n", "the name is not UTF-8"),
    b"d\xe9p\xf4t/inner.txt": (b"x\n", "the name is not UTF-8"),
    "a\nb": (b"x\n", "the name has control characters"),
    "a\x1b[31m": (b"x\n", "the name has control characters"),
    "a\u202eb": (b"x\n", "the name has control characters"),
    "a\\b": (b"x\n", "the name has a backslash"),
}


@pytest.mark.parametrize(("path", "content", "reason"), [(path, *of) for path, of in UNWANTED.items()])
def test_one_unwanted_file_is_withheld_and_the_rest_is_published(tree, path, content, reason):
    put(tree, path, content)
    put(tree, "a.txt")
    collected, changes = published(tree)
    assert changes == {"a.txt": "added"}
    ((shown, why),) = listed(collected).items()
    assert why == reason
    assert shown.isprintable()
    assert shown.encode()


def test_several_unwanted_files_are_all_listed_and_the_rest_is_published(tree):
    for path, (content, _) in UNWANTED.items():
        put(tree, path, content)
    put(tree, "a.txt")
    put(tree, "src/app.py", b"two\n")
    collected, changes = published(tree)
    assert changes == {"a.txt": "added", "src/app.py": "modified"}
    assert sorted(listed(collected).values()) == sorted(reason for _, reason in UNWANTED.values())
    assert {"caf\\xe9.txt", "a\\x0ab", "a\\\\b", "d\\xe9p\\xf4t/inner.txt"} <= listed(collected).keys()


@pytest.mark.parametrize("kind", ["pipe", "socket"])
def test_what_is_no_file_in_the_place_of_one_is_withheld_and_the_rest_is_published(tree, kind, monkeypatch):
    place = tree.workspace / "README.md"
    place.unlink()
    if kind == "pipe":
        os.mkfifo(place)
    else:
        monkeypatch.chdir(tree.workspace)  # the path of a socket may have about 100 bytes
        with socket.socket(socket.AF_UNIX) as server:
            server.bind("README.md")
    put(tree, "a.txt")
    collected, changes = published(tree)
    assert changes == {"a.txt": "added"}
    assert listed(collected) == {"README.md": "neither a file nor a symbolic link"}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can create a device")
def test_a_device_in_the_place_of_a_file_is_withheld(tree):
    place = tree.workspace / "README.md"
    place.unlink()
    subprocess.run(["mknod", str(place), "c", "1", "3"], check=True)
    put(tree, "a.txt")
    assert published(tree)[1] == {"a.txt": "added"}


def test_files_that_are_in_lfs_are_withheld(tree):
    put(tree, ".gitattributes", (tree.workspace / ".gitattributes").read_bytes() + b"*.psd filter=lfs\n")
    tree.git("add", "-A")
    tree.git("commit", "-qm", "second")
    tree.base = tree.base._replace(
        commit=tree.git("rev-parse", "HEAD"), tree=tree.git("rev-parse", "HEAD^{tree}")
    )
    put(tree, "art.psd")
    put(tree, "a.txt")
    collected, changes = published(tree)
    assert changes == {"a.txt": "added"}
    assert listed(collected) == {"art.psd": "stored with Git LFS, which is not supported"}


def test_files_that_the_agents_own_attributes_put_into_lfs_are_withheld(tree):
    put(tree, "d/.gitattributes", b"*.big filter=lfs\n")
    put(tree, "d/x.big")
    put(tree, "x.big")
    collected, changes = published(tree)
    assert changes == {"d/.gitattributes": "added", "x.big": "added"}
    assert set(listed(collected)) == {"d/x.big"}


def test_attributes_that_put_one_another_into_lfs_end_in_a_refusal(tree):
    for depth in range(6):
        folder = "".join(f"d{one}/" for one in range(depth))
        put(tree, f"{folder}.gitattributes", f"d{depth}/.gitattributes filter=lfs\n".encode())
    collected = tree.collect()
    assert collected.commit is None or collected.withheld
    assert (collected.commit is None) == bool(collected.refused)


def test_the_file_that_is_withheld_does_not_delete_the_folder_in_whose_place_it_is(tree):
    subprocess.run(["rm", "-rf", "src"], cwd=tree.workspace, check=True)
    put(tree, "src", JAR)
    put(tree, "a.txt")
    collected, changes = published(tree)
    assert changes == {"a.txt": "added"}
    assert set(listed(collected)) == {"src", "src/app.py", "src/deep/data.txt"}


def test_a_changed_file_that_is_withheld_stays_as_it_was(tree):
    put(tree, "README.md", b"a\0b")
    put(tree, "a.txt")
    collected, changes = published(tree)
    assert changes == {"a.txt": "added"}
    assert tree.show(collected.commit, "README.md") == b"# Sample\n"


def test_nothing_is_committed_where_everything_is_withheld(tree):
    put(tree, b"caf\xe9.txt")
    collected = tree.collect()
    assert (collected.commit, collected.refused) == (None, ())
    assert listed(collected) == {"caf\\xe9.txt": "the name is not UTF-8"}


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("echo a-secret-of-the-run >secret.txt", "a secret of this run"),
        ("ln -s /etc/passwd out", "leaves the repository"),
        ("ln -s ../../x src/out", "leaves the repository"),
        ("echo '[submodule]' >.gitmodules", "submodules were changed"),
        ("mkdir -p b/objects b/refs; touch b/HEAD b/objects/x b/refs/x", "a bare Git repository"),
        ("mkdir -p 'git~1'; touch 'git~1/config'", "leads into a .git folder"),
    ],
)
def test_what_endangers_the_whole_refuses_it_whatever_else_is_withheld(tree, script, reason):
    subprocess.run(["sh", "-c", script], cwd=tree.workspace, check=True)
    put(tree, "a.txt")
    put(tree, b"caf\xe9.txt")
    put(tree, "gradle-wrapper.jar", JAR)
    collected = tree.collect()
    assert collected.commit is None
    assert reason in collected.refused[0].reason
