"""What harms only itself is left out and listed, and the rest is published; the app finds nothing in that."""

import os
import socket
import subprocess
import tarfile

import pytest

from autocoder.changes.objections import objections
from autocoder.changes.pack import open_pack
from autocoder.changes.trees import read_change
from runner import git as git_module
from runner.change import kept as kept_module
from runner.change import survey
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


def test_binaries_do_not_count_against_the_number_of_files_that_may_change(tree):
    for number in range(30):
        put(tree, f"out/{number}.o", b"\x7fELF\0")
    put(tree, "a.txt")
    collector = tree.collector()
    collector = collector._replace(rules=collector.rules._replace(max_files=5))
    collected, changes = published(tree, collector)
    assert (changes, len(collected.withheld)) == ({"a.txt": "added"}, 30)
    for number in range(6):  # a.txt is in the index by now
        put(tree, f"{number}.txt")
    assert "6 files were changed; at most 5" in collector.collect(TEXT).refused[0].reason


# -- build outputs -------------------------------------------------------------------------------------------


def fill(tree, folder, count):
    for number in range(count):
        put(tree, f"{folder}/{number % 10}/{number}.js", b"")


def test_build_output_is_left_out_in_silence_and_counted(tree):
    fill(tree, "web/node_modules/p", 3_000)
    put(tree, "__pycache__/a.pyc", b"a\0b")
    put(tree, "a.txt")
    collected, changes = published(tree)
    assert changes == {"a.txt": "added"}
    assert (collected.withheld, collected.outputs) == ((), {"node_modules": 3_000, "__pycache__": 1})


def test_build_output_does_not_count_against_the_limits_and_is_not_read(tree, monkeypatch):
    monkeypatch.setattr(survey, "MAX_CHANGES", 10)
    looked, look = [], survey._look
    monkeypatch.setattr(
        survey, "_look", lambda root, path, mode: looked.append(path) or look(root, path, mode)
    )
    fill(tree, "node_modules", 1_500)
    os.truncate(tree.workspace / "node_modules" / "1" / "1.js", 200_000_000)
    put(tree, b"node_modules/caf\xe9.js")
    put(tree, "a.txt")
    collected, changes = published(tree)
    assert (changes, looked) == ({"a.txt": "added"}, ["a.txt"])
    assert collected.outputs == {"node_modules": 1_501}


def test_build_output_of_dotnet_is_left_out_and_a_teams_scripts_are_not(tree):
    put(tree, "app/App.csproj", b"<Project/>\n")
    put(tree, "app/bin/Debug/net8.0/App.dll", b"MZ\0")
    put(tree, "app/bin/Debug/net8.0/App.deps.json", b"{}\n")
    put(tree, "app/obj/project.assets.json", b"{}\n")
    put(tree, "app/bin/migrate.sh", b"#!/bin/sh\n")
    put(tree, "bin/deploy.sh", b"#!/bin/sh\n")
    collected, changes = published(tree)
    assert set(changes) == {"app/App.csproj", "app/bin/migrate.sh", "bin/deploy.sh"}
    assert collected.outputs == {"bin/Debug": 2, "obj": 1}


def test_a_repository_and_a_link_among_build_output_are_left_out_with_it(tree):
    put(tree, "a.txt")
    (tree.workspace / ".venv").symlink_to("/usr")
    subprocess.run(["git", "init", "-q", tree.workspace / "node_modules" / "inner"], check=True)
    put(tree, "node_modules/inner/x")
    collected, changes = published(tree)
    assert changes == {"a.txt": "added"}
    assert collected.outputs == {".venv": 1, "node_modules": 1}


def test_build_output_that_the_team_allows_is_published(tree):
    put(tree, "node_modules/mine/index.js")
    put(tree, "node_modules/other/index.js")
    collector = tree.collector()
    rules = collector.rules._replace(allowed=("node_modules/mine/",))
    collected, changes = published(tree, collector._replace(rules=rules))
    assert changes == {"node_modules/mine/index.js": "added"}
    assert collected.outputs == {"node_modules": 1}


def test_what_a_team_commits_is_no_build_output(tree):
    put(tree, "target/notes.txt")
    put(tree, "pom.xml", b"<project/>\n")
    tree.git("add", "-A")
    tree.git("commit", "-qm", "second")
    tree.base = tree.base._replace(
        commit=tree.git("rev-parse", "HEAD"), tree=tree.git("rev-parse", "HEAD^{tree}")
    )
    put(tree, "target/more.txt")
    (tree.workspace / "target" / "notes.txt").unlink()
    collected, changes = published(tree)
    assert changes == {"target/more.txt": "added", "target/notes.txt": "deleted"}
    assert collected.outputs == {}


def test_only_build_output_is_no_change(tree):
    fill(tree, "node_modules", 3)
    collected = tree.collect()
    assert (collected.commit, collected.withheld, collected.refused) == (None, (), ())
    assert collected.outputs == {"node_modules": 3}


def test_attributes_that_are_withheld_convert_no_file_that_is_published(tree):
    put(tree, ".gitattributes", b"*.txt text\n.gitattributes filter=lfs\n")
    put(tree, "a.txt", b"one\r\n")
    collected = tree.collector().collect(TEXT)
    assert [verdict.path for verdict in collected.withheld] == [".gitattributes"]
    size = tree.git("cat-file", "-s", f"{collected.commit}:a.txt")
    assert size == "5"  # its line end has two characters


def test_a_path_that_is_too_deep_for_the_app_is_withheld(tree):
    put(tree, "/".join(["d"] * 100 + ["a.txt"]))
    put(tree, "b.txt")
    collected = tree.collector().collect(TEXT)
    assert [verdict.kind for verdict in collected.withheld] == ["long name"]
    assert collected.commit


# -- what refuses the whole ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("echo a-secret-of-the-run >secret.txt", "a secret of this run"),
        ("ln -s /etc/passwd out", "leaves the repository"),
        ("ln -s ../../x src/out", "leaves the repository"),
        ("echo '[submodule]' >.gitmodules", "submodules were changed"),
        ("mkdir -p b/objects b/refs; touch b/HEAD b/objects/x b/refs/x", "a bare Git repository"),
        (
            "mkdir b; echo 'ref: refs/heads/x' >b/HEAD; touch b/objects b/refs b/config",
            "a bare Git repository",
        ),
        ("mkdir b; echo 'ref: refs/heads/x' >b/head; echo ../c >b/commondir", "a bare Git repository"),
        ("mkdir b; ln -s ../a.txt b/HEAD; touch b/objects", "a bare Git repository"),
        ("mkdir -p 'git~1'; touch 'git~1/config'", "leads into a .git folder"),
    ],
)
def test_what_endangers_the_whole_refuses_it_whatever_else_is_withheld(tree, script, reason):
    subprocess.run(["sh", "-c", script], cwd=tree.workspace, check=True)
    put(tree, "a.txt")
    put(tree, b"caf\xe9.txt")
    put(tree, "gradle-wrapper.jar", JAR)
    collector = tree.collector()
    collected = collector.collect(TEXT)
    assert collected.commit is None
    assert reason in collected.refused[0].reason
    archived = kept(collector, collected)
    assert {
        "files/a.txt",
        "files/caf\udce9.txt",
        "files/gradle-wrapper.jar",
        "reasons.txt",
    } <= archived.keys()
    assert archived["files/gradle-wrapper.jar"] == JAR
    assert not any(b"a-secret-of-the-run" in content for content in archived.values())


# -- the work that is kept -----------------------------------------------------------------------------------


def kept(collector, collected):
    """What the archive of the work has: name -> content, or the target of a link."""
    path, summary = collector.keep(collected)
    assert summary.bytes == path.stat().st_size
    with tarfile.open(path, encoding="utf-8", errors="surrogateescape") as archive:
        members = archive.getmembers()
        found = {
            one.name: archive.extractfile(one).read() if one.isfile() else one.linkname.encode()
            for one in members
        }
    assert sum(name.startswith("files/") for name in found) == summary.files
    return found


def test_a_refused_change_is_kept_whole_without_build_output(tree):
    subprocess.run(["ln", "-s", "/etc/passwd", "out"], cwd=tree.workspace, check=True)
    (tree.workspace / "src" / "app.py").unlink()
    put(tree, "README.md", b"changed\n")
    (tree.workspace / "README.md").chmod(0o755)
    fill(tree, "node_modules", 5)
    collector = tree.collector()
    archived = kept(collector, collector.collect(TEXT))
    assert archived == {
        "files/README.md": b"changed\n",
        "files/out": b"/etc/passwd",
        "deleted.txt": b"src/app.py\n",
        "reasons.txt": b"out: a symbolic link that leaves the repository\n",
    }


def test_withheld_files_are_kept_and_no_others(tree):
    for path, (content, _) in UNWANTED.items():
        put(tree, path, content)
    put(tree, "a.txt")
    collector = tree.collector()
    collected = collector.collect(TEXT)
    archived = kept(collector, collected)
    assert collected.commit
    files = {name.removeprefix("files/"): content for name, content in archived.items() if "files/" in name}
    assert files == {os.fsdecode(path): content for path, (content, _) in UNWANTED.items()}
    assert len(archived["reasons.txt"].splitlines()) == len(UNWANTED)


def test_the_kept_work_says_how_many_files_it_had_no_room_for(tree, monkeypatch):
    monkeypatch.setattr(kept_module, "MAX_FILES", 2)
    for number in range(5):
        put(tree, f"{number}.jar", JAR)
    collector = tree.collector()
    archived = kept(collector, collector.collect(TEXT))
    assert sum(name.startswith("files/") for name in archived) == 2
    assert archived["left-out.txt"] == b"and 3 more, because the archive has 2 files\n"


def test_the_kept_work_has_a_limit_and_names_what_is_missing(tree):
    put(tree, "one.bin", b"\0" * 60)
    put(tree, "two.bin", b"\0" * 60)
    os.truncate(tree.workspace / "empty.txt", 1 << 40)
    collector = tree.collector()
    collector = collector._replace(
        rules=collector.rules._replace(max_total_bytes=100, max_file_bytes=1 << 50)
    )
    archived = kept(collector, collector.collect(TEXT))
    assert sum(name.startswith("files/") for name in archived) == 1
    assert b"empty.txt: 1,099,511,627,776 bytes are too many\n" in archived["left-out.txt"]
    assert b".bin: 60 bytes are too many\n" in archived["left-out.txt"]


def test_a_file_with_a_secret_of_the_run_is_not_kept(tree):
    put(tree, "a.txt")
    put(tree, "b.txt", b"key = a-secret-of-the-run\n")
    put(tree, "a-secret-of-the-run.txt")
    (tree.workspace / "link").symlink_to("a-secret-of-the-run")
    collector = tree.collector()
    archived = kept(collector, collector.collect(TEXT))
    assert set(archived) == {"files/a.txt", "left-out.txt", "reasons.txt"}
    assert b"b.txt: it contains a secret of this run\n" in archived["left-out.txt"]
    assert b"[redacted].txt: its name contains a secret of this run\n" in archived["left-out.txt"]


def test_what_has_become_a_link_since_is_not_followed(tree, tmp_path):
    put(tree, "d/a.bin", b"a\0b")
    put(tree, "e.bin", b"a\0b")
    collector = tree.collector()
    collected = collector.collect(TEXT)
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "a.bin").write_bytes(b"from outside")
    subprocess.run(["rm", "-rf", "d", "e.bin"], cwd=tree.workspace, check=True)
    (tree.workspace / "d").symlink_to(tmp_path / "outside")
    (tree.workspace / "e.bin").symlink_to(tmp_path / "outside" / "a.bin")
    archived = kept(collector, collected)
    assert set(archived) == {"files/e.bin", "left-out.txt", "reasons.txt"}
    assert archived["files/e.bin"].startswith(b"/")
    assert b"from outside" not in b"".join(archived.values())


def test_work_that_git_cannot_compare_is_kept_as_far_as_it_looks_new(tree, monkeypatch):
    os.utime(tree.directory / "index")
    for path in tree.workspace.rglob("*"):
        os.utime(path, (1, 1), follow_symlinks=False)
    os.mkfifo(tree.workspace / ".gitignore")
    put(tree, "README.md", b"changed\n")
    os.utime(tree.workspace / "README.md", (4e9, 4e9))
    put(tree, b"new/caf\xe9.txt")
    fill(tree, "node_modules", 3)
    monkeypatch.setattr(git_module, "PATIENCE_SECONDS", 0.2)
    collector = tree.collector(seconds=30)
    collected = collector.collect(TEXT)
    assert collected.refused[0].path == ".gitignore"
    archived = kept(collector, collected)
    assert {name for name in archived if "files/" in name} == {"files/README.md", "files/new/caf\udce9.txt"}
    assert archived["left-out.txt"] == b".gitignore: not a file\n"


def test_work_of_too_many_paths_is_kept(tree, monkeypatch):
    monkeypatch.setattr(survey, "MAX_CHANGES", 10)
    for number in range(12):
        put(tree, f"many/{number}")
    collector = tree.collector()
    archived = kept(collector, collector.collect(TEXT))
    assert {f"files/many/{number}" for number in range(12)} <= archived.keys()
