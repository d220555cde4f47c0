"""Reading an untrusted pack that a container wrote; every object's hash and size are checked.

The pack is read in place (bytes or a memory map), so that a large one is not copied. Blobs are inflated again
when they are read.

https://git-scm.com/docs/gitformat-pack
"""

import hashlib
import mmap
import zlib
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from autocoder.errors import TooLarge, UnsafePack

if TYPE_CHECKING:
    from dulwich.pack import UnpackedObject

COMMIT, TREE, BLOB = 1, 2, 3
_OFS_DELTA, _REF_DELTA = 6, 7
_NAMES = {COMMIT: b"commit", TREE: b"tree", BLOB: b"blob"}
_HEADER, _TRAILER = 12, 20
_MAX_DELTA_CHAIN = 64  # git's own default is 50
_CACHE_BYTES = 48 << 20


@dataclass(frozen=True, slots=True)
class PackLimits:
    """The limits of a pack; declared sizes are checked before anything is inflated."""

    objects: int = 200_000
    object_bytes: int = 100_000_000
    total_bytes: int = 400_000_000


@dataclass(frozen=True, slots=True)
class _Entry:
    """Where an object is in the pack: types, position, size, and for a delta its base and depth."""

    type: int
    packed_type: int
    start: int
    end: int
    size: int
    base: bytes | None
    depth: int


class PackFile:
    """A pack whose objects were all inflated and hashed when it was opened; object names have 20 bytes."""

    def __init__(self, contents: bytes | mmap.mmap, limits: PackLimits) -> None:
        self._contents = contents
        self._limits = limits
        self._entries: dict[bytes, _Entry] = {}
        self._offsets: dict[int, bytes] = {}
        self._kept: OrderedDict[bytes, bytes] = OrderedDict()
        self._kept_bytes = 0
        self._inflated = 0
        self._index()

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, sha: bytes) -> bool:
        return sha in self._entries

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._entries)

    def type_of(self, sha: bytes) -> int:
        """Return the type of an object. Raises `UnsafePack` when the pack lacks it."""
        return self._entry(sha).type

    def size_of(self, sha: bytes) -> int:
        """Return the size of an object in bytes. Raises `UnsafePack` when the pack lacks it."""
        return self._entry(sha).size

    def read(self, sha: bytes, of_type: int) -> bytes:
        """Return an object's bytes. Raises `UnsafePack` when it is missing or has another type."""
        entry = self._entry(sha)
        if entry.type != of_type:
            raise UnsafePack(f"The pack's object {sha.hex()} does not have the type that it is used as.")
        return self._resolve(sha, entry)

    def entries(self) -> Iterator[tuple[bytes, int, bytes]]:
        """Yield the name, packed type and packed bytes of every object, in the pack's order."""
        for sha, entry in self._entries.items():
            yield sha, entry.packed_type, self._contents[entry.start : entry.end]

    def _entry(self, sha: bytes) -> _Entry:
        entry = self._entries.get(sha)
        if entry is None:
            raise UnsafePack(f"The pack lacks the object {sha.hex()}.")
        return entry

    def _index(self) -> None:
        """Find, inflate and hash every object; raises `UnsafePack` or `TooLarge`."""
        contents = self._contents
        if len(contents) < _HEADER + _TRAILER or contents[:4] != b"PACK":
            raise UnsafePack("The file is not a pack.")
        version, count = (int.from_bytes(contents[at : at + 4], "big") for at in (4, 8))
        if version not in (2, 3):
            raise UnsafePack(f"The pack has version {version}, which is not supported.")
        if count > self._limits.objects:
            raise TooLarge(f"The pack has {count:,} objects; at most {self._limits.objects:,} are allowed.")
        with memoryview(contents) as view, view[:-_TRAILER] as signed:
            if hashlib.sha1(signed, usedforsecurity=False).digest() != contents[-_TRAILER:]:
                raise UnsafePack("The pack's checksum is wrong.")
        offset = _HEADER
        for _ in range(count):
            offset = self._add(offset)
        if offset != len(contents) - _TRAILER or len(self._entries) != count:
            raise UnsafePack("The number of objects in the pack is not the number in its header.")

    def _add(self, offset: int) -> int:
        """Index the object at *offset*; return where the next one begins."""
        from dulwich.errors import ApplyDeltaError
        from dulwich.pack import unpack_object_at

        self._reserve(self._declared_size(offset))
        try:
            unpacked, end = unpack_object_at(self._contents, offset, hashlib.sha1)
            data, kind, base, depth = self._data_of(unpacked, offset)
        except (zlib.error, ApplyDeltaError, AssertionError, IndexError, ValueError) as error:
            raise UnsafePack(f"The pack is damaged at byte {offset}: {error}") from None
        if kind not in _NAMES:
            raise UnsafePack(f"The pack holds an object of type {kind}.")
        sha = hashlib.sha1(b"%s %d\0" % (_NAMES[kind], len(data)), usedforsecurity=False)
        sha.update(data)
        name = sha.digest()
        self._entries[name] = _Entry(kind, unpacked.pack_type_num, offset, end, len(data), base, depth)
        self._offsets[offset] = name
        return end

    def _data_of(self, unpacked: "UnpackedObject", offset: int) -> tuple[bytes, int, bytes | None, int]:
        """Return the object's bytes and type, and for a delta the name of its base and its depth."""
        kind = unpacked.pack_type_num
        data = b"".join(unpacked.decomp_chunks)
        if kind not in (_OFS_DELTA, _REF_DELTA):
            return data, kind, None, 0
        base = unpacked.delta_base
        name = self._offsets.get(offset - base) if isinstance(base, int) else base
        entry = self._entries.get(name) if name is not None else None
        if name is None or entry is None:
            raise UnsafePack("A delta in the pack is based on an object that does not precede it.")
        if entry.depth >= _MAX_DELTA_CHAIN:
            raise UnsafePack("The pack has a chain of too many deltas.")
        return self._apply(name, entry, data), entry.type, name, entry.depth + 1

    def _apply(self, name: bytes, base: _Entry, delta: bytes) -> bytes:
        from dulwich.pack import apply_delta

        self._reserve(_result_size(delta))
        return b"".join(apply_delta([self._resolve(name, base)], [delta]))

    def _resolve(self, sha: bytes, entry: _Entry) -> bytes:
        """Return an object's bytes; the latest ones are cached, because deltas share bases."""
        from dulwich.pack import unpack_object_at

        kept = self._kept.get(sha)
        if kept is not None:
            self._kept.move_to_end(sha)
            return kept
        unpacked, _ = unpack_object_at(self._contents, entry.start, hashlib.sha1)
        data = b"".join(unpacked.decomp_chunks)
        if entry.base is not None:
            data = self._apply(entry.base, self._entries[entry.base], data)
        self._keep(sha, data)
        return data

    def _keep(self, sha: bytes, data: bytes) -> None:
        self._kept[sha] = data
        self._kept_bytes += len(data)
        while self._kept_bytes > _CACHE_BYTES:
            _, dropped = self._kept.popitem(last=False)
            self._kept_bytes -= len(dropped)

    def _declared_size(self, offset: int) -> int:
        """Return the inflated size that the header at *offset* declares."""
        if offset >= len(self._contents) - _TRAILER:
            raise UnsafePack("The pack ends before its last object.")
        size, shift, at = self._contents[offset] & 15, 4, offset
        while self._contents[at] & 0x80:
            at += 1
            if shift > 60 or at >= len(self._contents):
                raise UnsafePack(f"The pack is damaged at byte {offset}.")
            size |= (self._contents[at] & 0x7F) << shift
            shift += 7
        return size

    def _reserve(self, size: int) -> None:
        """Count *size* bytes before they are inflated; raises `TooLarge` when they exceed a limit."""
        self._inflated += size
        if size > self._limits.object_bytes or self._inflated > self._limits.total_bytes:
            raise TooLarge("The change is too large: the pack inflates to more than is allowed.")


def _result_size(delta: bytes) -> int:
    """Return the size of a delta's result, the second number in its header after the size of its base."""
    at = 0
    for _ in range(2):
        size = shift = 0
        while True:
            if at >= len(delta) or shift > 60:
                raise UnsafePack("A delta in the pack is damaged.")
            byte = delta[at]
            size |= (byte & 0x7F) << shift
            shift, at = shift + 7, at + 1
            if not byte & 0x80:
                break
    return size


@contextmanager
def open_pack(
    source: bytes | Path, *, sha256: str | None = None, limits: PackLimits | None = None
) -> Iterator[PackFile]:
    """Open the pack in *source*.

    Raises `UnsafePack` when its hash is not *sha256* or it is damaged, `TooLarge` when it exceeds *limits*.
    """
    if isinstance(source, bytes):
        _check_hash(source, sha256)
        yield PackFile(source, limits or PackLimits())
        return
    if source.stat().st_size < _HEADER + _TRAILER:
        raise UnsafePack("The file is not a pack.")
    with source.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as contents:
        _check_hash(contents, sha256)
        yield PackFile(contents, limits or PackLimits())


def _check_hash(contents: bytes | mmap.mmap, sha256: str | None) -> None:
    if sha256 is not None and hashlib.sha256(contents).hexdigest() != sha256:
        raise UnsafePack("The pack is not the one that the result file names.")
