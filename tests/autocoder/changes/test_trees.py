import hashlib

import pytest

from autocoder.changes.pack import open_pack
from autocoder.changes.trees import new_blobs, policy_changes, read_change
from autocoder.errors import UnsafePack
from autocoder.shared.policy import EXECUTABLE, GITLINK, REGULAR, SYMLINK
from tests.autocoder.changes.packs import Repo, entry, packed

FILES = {
    "a.txt": b"a\n",
    "b.txt": b"b\n",
    "deep/er/c.txt": b"c\n",
    "deep/d.txt": b"d\n",
    "other/e.txt": b"e\n",
}


@pytest.fixture
def repo(tmp_path):
    return Repo(tmp_path / "repo", FILES)


def changes_of(repo, commit, **options):
    with open_pack(repo.pack(commit, **options)) as pack:
        change = read_change(pack, commit, repo.base)
        return {one.path: one for one in change.changes}, dict(new_blobs(pack, change))


def test_sees_additions_modifications_and_deletions(repo):
    commit = repo.commit({"a.txt": b"A\n", "new/f.txt": b"f\n", "deep/er/c.txt": None})
    changes, blobs = changes_of(repo, commit)
    assert {path: one.kind for path, one in changes.items()} == {
        "a.txt": "modified", "new/f.txt": "added", "deep/er/c.txt": "deleted"
    }  # fmt: skip
    assert blobs == {"a.txt": b"A\n", "new/f.txt": b"f\n"}


def test_sees_a_change_that_consists_of_existing_content(repo):
    changes, blobs = changes_of(repo, repo.commit({"a.txt": b"b\n", "copy.txt": b"c\n"}))
    assert changes["a.txt"].kind == "modified"
    assert changes["copy.txt"].kind == "added"
    assert blobs == {}


def test_sees_a_changed_mode(repo):
    (repo.folder / "a.txt").chmod(0o755)
    changes, _ = changes_of(repo, repo.commit())
    assert (changes["a.txt"].old.mode, changes["a.txt"].new.mode) == (REGULAR, EXECUTABLE)


def test_finds_the_old_path_of_a_renamed_file(repo):
    changes, _ = changes_of(repo, repo.commit({"a.txt": None, "z/a.txt": b"a\n"}))
    assert changes["z/a.txt"].renamed_from == "a.txt"
    assert changes["a.txt"].kind == "deleted"


def test_sees_a_file_that_became_a_folder(repo):
    changes, _ = changes_of(repo, repo.commit({"a.txt": None, "a.txt/in.txt": b"in\n"}))
    assert {path: one.kind for path, one in changes.items()} == {"a.txt": "deleted", "a.txt/in.txt": "added"}


def test_shows_a_link_and_its_target_to_the_policy(repo):
    (repo.folder / "link").symlink_to("../outside")
    commit = repo.commit()
    with open_pack(repo.pack(commit)) as pack:
        (shown,) = policy_changes(pack, read_change(pack, commit, repo.base))
    assert (shown.new_mode, shown.link_target, shown.kind) == (SYMLINK, "../outside", "added")


def test_sees_a_submodule(repo):
    repo.git("update-index", "--add", "--cacheinfo", f"{GITLINK:o},{repo.base},sub")
    repo.git("commit", "-q", "-m", "sub")
    commit = repo.git("rev-parse", "HEAD").decode().strip()
    changes, _ = changes_of(repo, commit)
    assert changes["sub"].new.mode == GITLINK


def test_finds_no_change_in_an_empty_commit(repo):
    assert changes_of(repo, repo.commit()) == ({}, {})


def test_refuses_a_commit_with_another_parent(repo):
    first = repo.commit({"a.txt": b"1\n"})
    commit = repo.commit({"a.txt": b"2\n"})
    data = repo.pack(commit, extra=(first,))
    with open_pack(data) as pack, pytest.raises(UnsafePack, match="parent of the commit"):
        read_change(pack, commit, repo.base)


def test_refuses_a_pack_without_a_tree_along_a_changed_path(repo):
    commit = repo.commit({"deep/er/c.txt": b"C\n"})
    missing = repo.git("rev-parse", f"{repo.base}:deep/er").decode().strip()
    with open_pack(repo.pack(commit, without={missing})) as pack, pytest.raises(UnsafePack, match="lacks"):
        read_change(pack, commit, repo.base)


def test_refuses_a_pack_without_the_base_commit(repo):
    commit = repo.commit({"a.txt": b"A\n"})
    with open_pack(repo.pack(commit, without={repo.base})) as pack, pytest.raises(UnsafePack):
        read_change(pack, commit, repo.base)


def test_refuses_objects_that_the_commit_does_not_use(repo):
    stray = repo.git("hash-object", "-w", "--stdin", data=b"smuggled").decode().strip()
    commit = repo.commit({"a.txt": b"A\n"})
    with open_pack(repo.pack(commit, extra=(stray,))) as pack, pytest.raises(UnsafePack, match="not use"):
        read_change(pack, commit, repo.base)


def tree(*entries: tuple[int, bytes, bytes]) -> bytes:
    return b"".join(b"%o %s\0%s" % (mode, name, sha) for mode, name, sha in entries)


def named(kind: bytes, data: bytes) -> bytes:
    return hashlib.sha1(kind + b" %d\0" % len(data) + data).digest()


def commit_of(tree_data: bytes, parent: bytes | None = None) -> bytes:
    parents = b"" if parent is None else b"parent " + parent.hex().encode() + b"\n"
    who = b"A <a@example.invalid> 0 +0000"
    return (
        b"tree " + named(b"tree", tree_data).hex().encode() + b"\n" + parents
        + b"author " + who + b"\ncommitter " + who + b"\n\nmessage\n"
    )  # fmt: skip


@pytest.mark.parametrize(
    "entries",
    [
        [(REGULAR, b"..", b"1" * 20)],
        [(REGULAR, b".", b"1" * 20)],
        [(REGULAR, b"", b"1" * 20)],
        [(REGULAR, b".git", b"1" * 20)],
        [(REGULAR, b".GIT", b"1" * 20)],
        [(REGULAR, b"git~1", b"1" * 20)],
        [(REGULAR, b"a/b", b"1" * 20)],
        [(REGULAR, b"\xff\xfe", b"1" * 20)],
        [(0o100777, b"a", b"1" * 20)],
        [(0o060000, b"a", b"1" * 20)],
        [(SYMLINK, b"link", b"1" * 20)],
        [(REGULAR, b"a", b"1" * 20), (REGULAR, b"a", b"2" * 20)],
        [(0o040000, b"folder", b"1" * 20)],
    ],
    ids=lambda entries: repr(entries[0][1]),
)
def test_refuses_trees_that_git_would_not_write(entries):
    old_tree, new_tree = tree(), tree(*entries)
    base = commit_of(old_tree)
    new = commit_of(new_tree, named(b"commit", base))
    data = packed(entry(1, base), entry(1, new), entry(2, old_tree), entry(2, new_tree))
    with open_pack(data) as pack, pytest.raises(UnsafePack):
        read_change(pack, named(b"commit", new).hex(), named(b"commit", base).hex())


def test_refuses_folders_nested_too_deeply():
    blob = b"x"
    trees = [tree((REGULAR, b"f", named(b"blob", blob)))]
    for _ in range(150):
        trees.append(tree((0o040000, b"d", named(b"tree", trees[-1]))))
    base = commit_of(tree())
    new = commit_of(trees[-1], named(b"commit", base))
    data = packed(
        entry(1, base), entry(1, new), entry(2, tree()), entry(3, blob), *(entry(2, one) for one in trees)
    )
    with open_pack(data) as pack, pytest.raises(UnsafePack, match="deeply"):
        read_change(pack, named(b"commit", new).hex(), named(b"commit", base).hex())


def test_content_that_only_moved_or_changed_its_mode_is_not_new(repo):
    (repo.folder / "b.txt").chmod(0o755)
    commit = repo.commit({"a.txt": None, "z/a.txt": b"a\n", "n.txt": b"n\n"})
    blobs = tuple(repo.git("rev-parse", f"{commit}:{path}").decode().strip() for path in ("b.txt", "z/a.txt"))
    with open_pack(repo.pack(commit, extra=blobs)) as pack:
        change = read_change(pack, commit, repo.base)
        assert dict(new_blobs(pack, change)) == {"n.txt": b"n\n"}
        assert {one.path for one in policy_changes(pack, change)} == {"a.txt", "b.txt", "n.txt", "z/a.txt"}
