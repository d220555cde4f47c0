"""Blob Storage: the files of each run, and signed URLs that give its containers access to single files.

The blob container `runs` is created on the first write. A run's containers get a user delegation SAS for each
blob, or a service SAS if the app has a connection string.

https://learn.microsoft.com/rest/api/storageservices/blob-service-rest-api
"""

import datetime as dt
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from uuid import uuid4

from autocoder.clients.azure import TokenSource
from autocoder.clients.storage.account import read_account
from autocoder.clients.storage.listing import Listing, delegation_key, key_request, read_listing
from autocoder.clients.storage.rest import Rest
from autocoder.clients.storage.sas import DelegationKey, Grant, iso, signed_query
from autocoder.clients.storage.shared_key import blob_string
from autocoder.errors import AutocoderError, Conflict, InvalidArgument, NotFound, StaleRevision
from autocoder.models import RUN_ID
from autocoder.rounds import CONTAINER, FileT, Folder, WholeRun

if TYPE_CHECKING:
    import httpx

SERVICE = "Blob Storage"
MAX_BYTES = 64_000_000
COPY_MINUTES = 15
SKEW = dt.timedelta(minutes=15)  # Azure's recommendation, because clocks differ
KEY_LIFETIME = dt.timedelta(days=1)
BLOCK, APPEND = {"x-ms-blob-type": "BlockBlob"}, {"x-ms-blob-type": "AppendBlob"}
BINARY, XML = {"content-type": "application/octet-stream"}, {"content-type": "application/xml"}
IF_NEW = {"if-none-match": "*"}
WRITER = "x-ms-meta-writer"  # of a new blob: metadata, which the service keeps and gives back
_RUN = re.compile(RUN_ID)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}(?:/[A-Za-z0-9][A-Za-z0-9._-]{0,99}){0,3}")
T = TypeVar("T")


@dataclass(frozen=True)
class Blobs:
    """The blobs of the runs: `<run id>/<name>`, and of their rounds: `<run id>/<number>/<name>`."""

    account: str
    token: TokenSource = field(repr=False)
    http: "httpx.Client" = field(repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _keys: list[DelegationKey] = field(default_factory=list, repr=False)

    def put(self, folder: Folder[FileT], name: FileT, content: bytes) -> None:
        """Write a blob, replacing an existing one. Raises `InvalidArgument` for a bad name or run id.

        https://learn.microsoft.com/rest/api/storageservices/put-blob
        """
        path, headers = _path(folder, name), {**BLOCK, **BINARY}
        self._written(lambda: self._rest.send("PUT", path, headers=headers, content=content))

    def put_new(self, folder: Folder[FileT], name: FileT, content: bytes) -> bool:
        """Write a blob unless it exists; return whether it was written. Raises the same errors as `put`.

        When the answer is lost, the repeat meets the blob that it has written itself, and knows it again.
        """
        path, own = _path(folder, name), uuid4().hex
        is_new = self._created(path, {**BLOCK, **BINARY, WRITER: own}, content)
        return is_new or (self._headers(path) or {}).get(WRITER) == own

    def get(self, folder: Folder[FileT], name: FileT, limit: int = MAX_BYTES) -> bytes | None:
        """Return a blob's bytes, or None when it does not exist. Raises `TooLarge` above *limit* bytes.

        https://learn.microsoft.com/rest/api/storageservices/get-blob
        """
        try:
            return self._rest.send("GET", _path(folder, name), limit=limit).content
        except NotFound:
            return None

    def download(self, folder: Folder[FileT], name: FileT, path: Path, limit: int = MAX_BYTES) -> None:
        """Write a blob's bytes to the file *path*. Raises `NotFound`, or `TooLarge` above *limit* bytes."""
        with path.open("wb") as file:
            self._rest.send("GET", _path(folder, name), limit=limit, into=file)

    def read_range(self, folder: Folder[FileT], name: FileT, offset: int, length: int) -> bytes:
        """Return up to *length* bytes from *offset* on, none past the end; raises as `put` does."""
        part = {"x-ms-range": f"bytes={offset}-{offset + length - 1}"}
        try:
            return self._rest.send("GET", _path(folder, name), headers=part, limit=length).content
        except NotFound:
            return b""
        except InvalidArgument as error:
            if error.service_code != "InvalidRange":
                raise
            return b""

    def copy(self, source: Folder[FileT], name: FileT, folder: Folder[FileT]) -> None:
        """Copy the blob *name* of *source* to *folder*, within the storage account.

        Raises `NotFound`. https://learn.microsoft.com/rest/api/storageservices/copy-blob-from-url
        """
        url = self.sas_url(source, name, "r", COPY_MINUTES)
        headers = {"x-ms-copy-source": url, "x-ms-requires-sync": "true"}
        self._rest.send("PUT", _path(folder, name), headers=headers)

    def exists(self, folder: Folder[FileT], name: FileT) -> bool:
        """Whether the blob exists."""
        return self._headers(_path(folder, name)) is not None

    def size(self, folder: Folder[FileT], name: FileT) -> int:
        """Return how many bytes the blob has, 0 when it does not exist."""
        return int((self._headers(_path(folder, name)) or {}).get("content-length", 0))

    def create_append(self, folder: Folder[FileT], name: FileT) -> None:
        """Create an empty append blob; an existing one is not changed."""
        self._created(_path(folder, name), APPEND, b"")

    def files(self, run_id: str) -> dict[str, dt.datetime]:
        """Return when each blob of a run and its rounds was last changed, by its name without the run id."""
        prefix = WholeRun(_checked(run_id)).prefix
        pages = self._listings({"prefix": prefix})
        return {name.removeprefix(prefix): changed for page in pages for name, changed in page.blobs.items()}

    def list_runs(self) -> Iterator[str]:
        """Yield the ids of the runs that have blobs, newest first."""
        for page in self._listings({"delimiter": "/"}):
            for folder in page.folders:
                if _RUN.fullmatch(run_id := folder.removesuffix("/")):
                    yield run_id

    def delete(self, folder: Folder[FileT], name: FileT) -> None:
        """Delete a blob, unless it is missing."""
        self._delete(_path(folder, name))

    def delete_run(self, run_id: str) -> None:
        """Delete all blobs of a run and its rounds."""
        for name in self.files(run_id):
            self._delete(f"/{CONTAINER}/{WholeRun(run_id).prefix}{name}")

    def sas_url(self, folder: Folder[FileT], name: FileT, permissions: str, minutes: float) -> str:
        """Return a signed URL that grants *permissions* (such as `r`, `a`, `cw`) on one blob. It is a secret.

        It is valid from 15 minutes ago until *minutes* from now.
        """
        path, now = _path(folder, name), dt.datetime.now(dt.UTC)
        grant = Grant(path, permissions, now - SKEW, now + dt.timedelta(minutes=minutes))
        account = self._rest.account
        key = self._delegation_key(grant.expiry) if account.key is None else None
        return f"{account.endpoint}{path}?{signed_query(account, grant, key)}"

    def _delegation_key(self, expiry: dt.datetime) -> DelegationKey:
        """Return a key that signs until *expiry*, the one that was used before if it does.

        https://learn.microsoft.com/rest/api/storageservices/get-user-delegation-key
        """
        with self._lock:
            if not self._keys or self._keys[0].expiry < iso(expiry):
                now = dt.datetime.now(dt.UTC)
                content = key_request(now - SKEW, max(now + KEY_LIFETIME, expiry + SKEW))
                query = {"restype": "service", "comp": "userdelegationkey"}
                answer = self._rest.send("POST", "/", query, headers=XML, content=content)
                self._keys[:] = [delegation_key(answer.content)]
            return self._keys[0]

    def _delete(self, path: str) -> None:
        # https://learn.microsoft.com/rest/api/storageservices/delete-blob
        with suppress(NotFound):
            self._rest.send("DELETE", path)

    def _headers(self, path: str) -> Mapping[str, str] | None:
        """Return the headers that describe a blob, such as its length, None when it does not exist.

        https://learn.microsoft.com/rest/api/storageservices/get-blob-properties
        """
        try:
            return self._rest.send("HEAD", path).headers
        except NotFound:
            return None

    def _listings(self, query: dict[str, str]) -> Iterator[Listing]:
        """Yield the pages of a list of the blobs; none if there is no container.

        https://learn.microsoft.com/rest/api/storageservices/list-blobs
        """
        asked, marker = {"restype": "container", "comp": "list", **query}, ""
        while True:
            following = {"marker": marker} if marker else {}
            try:
                answer = self._rest.send("GET", f"/{CONTAINER}", asked | following)
            except NotFound:
                return
            page = read_listing(answer.content, marker)
            yield page
            if not page.next_marker:
                return
            marker = page.next_marker

    def _created(self, path: str, headers: dict[str, str], content: bytes) -> bool:
        """Create a blob unless it exists; return whether it was created."""

        def create() -> bool:
            try:
                self._rest.send("PUT", path, headers={**headers, **IF_NEW}, content=content)
            except Conflict as error:
                if not (isinstance(error, StaleRevision) or error.service_code == "BlobAlreadyExists"):
                    raise
                return False
            return True

        return self._written(create)

    def _written(self, write: Callable[[], T]) -> T:
        """Return the result of *write*; if the blob container does not exist, it is created first.

        https://learn.microsoft.com/rest/api/storageservices/create-container
        """
        try:
            return write()
        except AutocoderError as error:
            if error.service_code != "ContainerNotFound":
                raise
        with suppress(Conflict):
            self._rest.send("PUT", f"/{CONTAINER}", {"restype": "container"})
        return write()

    @cached_property
    def _rest(self) -> Rest:
        return Rest(SERVICE, read_account(self.account, "blob"), self.token, self.http, blob_string)


def _path(folder: Folder[FileT], name: FileT) -> str:
    """Return the path of a blob, whose characters need no encoding. Raises `InvalidArgument` for others."""
    if not _NAME.fullmatch(name):
        raise InvalidArgument(
            "A blob's name may contain only letters, digits, dots, hyphens, underscores and slashes."
        )
    _checked(folder.run_id)
    return f"/{CONTAINER}/{folder.prefix}{name}"


def _checked(run_id: str) -> str:
    if not _RUN.fullmatch(run_id):
        raise InvalidArgument("This is not a valid run id.")
    return run_id
