import hashlib
import os

import pytest

from autocoder.changes.pack import BLOB, PackLimits, open_pack
from autocoder.errors import TooLarge, UnsafePack
from tests.autocoder.changes.packs import Repo, entry, packed, varint


def blob_name(data: bytes) -> bytes:
    return hashlib.sha1(b"blob %d\0" % len(data) + data).digest()


@pytest.fixture
def repo(tmp_path):
    return Repo(tmp_path / "repo", {"a.txt": b"one\n" * 400})


def test_reads_every_object_that_git_packed(repo, tmp_path):
    commit = repo.commit({"b.txt": b"two\n", "folder/c.txt": b"one\n" * 399 + b"three\n"})
    data = repo.pack(commit)
    (tmp_path / "changes.pack").write_bytes(data)
    for source in (data, tmp_path / "changes.pack"):
        with open_pack(source, sha256=hashlib.sha256(data).hexdigest()) as pack:
            names = {name.hex() for name in pack}
            assert commit in names
            assert pack.read(blob_name(b"two\n"), BLOB) == b"two\n"


@pytest.mark.parametrize("option", ["--no-delta-base-offset", "--delta-base-offset"])
def test_follows_deltas_of_both_kinds(repo, option):
    versions = [os.urandom(4000) for _ in range(1)]
    versions += [versions[0] + b"%d" % number for number in range(5)]
    commit = repo.commit({f"{number}.bin": data for number, data in enumerate(versions)})
    with open_pack(repo.pack(commit, option)) as pack:
        assert any(kind in (6, 7) for _, kind, _ in pack.entries())
        assert all(pack.read(blob_name(data), BLOB) == data for data in versions)


def test_yields_the_packed_entries_unchanged(repo):
    data = repo.pack(repo.commit({"b.txt": b"two\n"}))
    with open_pack(data) as pack:
        assert data[12:-20] == b"".join(packed for _, _, packed in pack.entries())


def test_refuses_a_pack_whose_hash_differs_from_the_result(repo):
    with pytest.raises(UnsafePack), open_pack(repo.pack(repo.base), sha256="0" * 64):
        pass


@pytest.mark.parametrize("at", [0, 5, 40, -25, -1])
def test_refuses_a_damaged_pack(repo, at):
    data = bytearray(repo.pack(repo.commit({"b.txt": os.urandom(500)})))
    data[at] ^= 0xFF
    with pytest.raises((UnsafePack, TooLarge)), open_pack(bytes(data)):
        pass


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"PACK",
        packed(entry(3, b"x"), count=2),
        packed(entry(3, b"x"), count=0),
        packed(entry(3, b"x"), entry(3, b"x")),
        packed(entry(3, b"xyz", declared=2)),
        packed(entry(3, b"xyz", declared=400)),
        packed(entry(4, b"object ...")),
        packed(entry(7, varint(1) + varint(1) + b"\x01y", between=b"\0" * 20)),
        packed(entry(6, varint(1) + varint(1) + b"\x01y", between=b"\x05")),
        packed(entry(3, b"x"), entry(7, b"", between=blob_name(b"x"))),
        packed(b"\xff" * 30),
    ],
)
def test_refuses_an_incomplete_pack(data):
    with pytest.raises((UnsafePack, TooLarge)), open_pack(data):
        pass


def test_refuses_an_object_with_too_large_a_declared_size_before_inflating_it():
    bomb = packed(entry(3, b"\0" * 5_000_000))
    with pytest.raises(TooLarge), open_pack(bomb, limits=PackLimits(object_bytes=1_000_000)):
        pass


def test_refuses_an_object_that_inflates_to_more_than_its_declared_size():
    with pytest.raises(UnsafePack), open_pack(packed(entry(3, b"\0" * 50_000_000, declared=10))):
        pass


def test_refuses_a_delta_that_multiplies_its_base():
    base = b"a" * 65_536
    delta = varint(len(base)) + varint(len(base) * 4000) + b"\x80" * 4000
    bomb = packed(entry(3, base), entry(7, delta, between=blob_name(base)))
    with pytest.raises(TooLarge), open_pack(bomb):
        pass


def test_refuses_too_many_objects():
    with pytest.raises(TooLarge), open_pack(packed(entry(3, b"x"), count=1_000_000)):
        pass


def test_refuses_a_chain_of_too_many_deltas():
    data = b"x" * 20
    entries, name = [entry(3, data)], blob_name(data)
    for number in range(70):
        longer = data + b"%05d" % number
        delta = (
            varint(len(data))
            + varint(len(longer))
            + bytes([0xB0, len(data) & 255, len(data) >> 8, 5])
            + b"%05d" % number
        )
        entries.append(entry(7, delta, between=name))
        data, name = longer, blob_name(longer)
    with pytest.raises(UnsafePack, match="chain of too many deltas"), open_pack(packed(*entries)):
        pass
