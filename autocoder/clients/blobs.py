"""Blob Storage: the files of each run, and signed URLs that give its containers access to single files.

The blob container `runs` is created on the first write. A run's containers get a user delegation SAS for each
blob, or an account SAS if the app has a connection string.

https://learn.microsoft.com/python/api/overview/azure/storage-blob-readme
https://learn.microsoft.com/rest/api/storageservices/create-user-delegation-sas
"""

import datetime as dt
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from autocoder.clients.azure import code_of, translated, transport
from autocoder.errors import InvalidArgument, TooLarge
from autocoder.models import RUN_ID
from autocoder.rounds import FileT, Folder, WholeRun

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential
    from azure.storage.blob import BlobClient, BlobServiceClient, ContainerClient, UserDelegationKey

SERVICE = "Blob Storage"
CONTAINER = "runs"
MAX_BYTES = 64_000_000
COPY_MINUTES = 15
SKEW = dt.timedelta(minutes=15)  # Azure's recommendation, because clocks differ
KEY_LIFETIME = dt.timedelta(days=1)
_RUN = re.compile(RUN_ID)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}(?:/[A-Za-z0-9][A-Za-z0-9._-]{0,99}){0,3}")
T = TypeVar("T")


@dataclass(frozen=True)
class Blobs:
    """The blobs of the runs: `<run id>/<name>`, and of their rounds: `<run id>/<number>/<name>`."""

    account: str
    credential: "TokenCredential" = field(repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _keys: list["UserDelegationKey"] = field(default_factory=list, repr=False)

    def put(self, folder: Folder[FileT], name: FileT, content: bytes) -> None:
        """Write a blob, replacing an existing one. Raises `InvalidArgument` for a bad name or run id."""
        self._written(lambda: self._blob(folder, name).upload_blob(content, overwrite=True))

    def put_new(self, folder: Folder[FileT], name: FileT, content: bytes) -> bool:
        """Write a blob unless it exists; return whether it was written. Raises the same errors as `put`."""
        from azure.core.exceptions import ResourceExistsError

        def create() -> bool:
            try:
                self._blob(folder, name).upload_blob(content, overwrite=False)
            except ResourceExistsError as error:
                if code_of(error) != "BlobAlreadyExists":
                    raise
                return False
            return True

        return self._written(create)

    def get(self, folder: Folder[FileT], name: FileT, limit: int = MAX_BYTES) -> bytes | None:
        """Return a blob's bytes, or None when it does not exist. Raises `TooLarge` above *limit* bytes."""
        with _unless_missing():
            stream = self._blob(folder, name).download_blob(max_concurrency=1)
            _check_size(stream.size, limit)
            return stream.readall()
        return None

    def download(self, folder: Folder[FileT], name: FileT, path: Path, limit: int = MAX_BYTES) -> None:
        """Write a blob's bytes to the file *path*. Raises `NotFound`, or `TooLarge` above *limit* bytes."""
        with translated(SERVICE), path.open("wb") as file:
            stream = self._blob(folder, name).download_blob(max_concurrency=4)
            _check_size(stream.size, limit)
            stream.readinto(file)

    def read_range(self, folder: Folder[FileT], name: FileT, offset: int, length: int) -> bytes:
        """Return up to *length* bytes from *offset* on; none past the end, or when the blob does not exist.

        Raises the error of the domain for any other failure.
        """
        from azure.core.exceptions import HttpResponseError

        with translated(SERVICE):
            try:
                return self._blob(folder, name).download_blob(offset, length, max_concurrency=1).readall()
            except HttpResponseError as error:
                if error.status_code in (404, 416):
                    return b""
                raise

    def copy(self, source: Folder[FileT], name: FileT, folder: Folder[FileT]) -> None:
        """Copy the blob *name* of *source* to *folder*, within the storage account.

        Raises `NotFound`. https://learn.microsoft.com/rest/api/storageservices/copy-blob-from-url
        """
        url = self.sas_url(source, name, "r", COPY_MINUTES)
        with translated(SERVICE):
            self._blob(folder, name).start_copy_from_url(url, requires_sync=True)

    def exists(self, folder: Folder[FileT], name: FileT) -> bool:
        """Whether the blob exists."""
        with translated(SERVICE):
            return bool(self._blob(folder, name).exists())

    def size(self, folder: Folder[FileT], name: FileT) -> int:
        """Return how many bytes the blob has, 0 when it does not exist."""
        with _unless_missing():
            return int(self._blob(folder, name).get_blob_properties().size)
        return 0

    def create_append(self, folder: Folder[FileT], name: FileT) -> None:
        """Create an empty append blob; an existing one is not changed."""
        from azure.core import MatchConditions
        from azure.core.exceptions import ResourceExistsError, ResourceModifiedError

        def create() -> None:
            try:
                self._blob(folder, name).create_append_blob(match_condition=MatchConditions.IfMissing)
            except (ResourceExistsError, ResourceModifiedError) as error:
                if code_of(error) == "ContainerNotFound":
                    raise

        self._written(create)

    def files(self, run_id: str) -> dict[str, dt.datetime]:
        """Return when each blob of a run and its rounds was last changed, by its name without the run id."""
        prefix = WholeRun(_checked(run_id)).prefix
        with _unless_missing():
            found = self._container.list_blobs(name_starts_with=prefix)
            return {blob.name.removeprefix(prefix): blob.last_modified for blob in found}
        return {}

    def list_runs(self) -> Iterator[str]:
        """Yield the ids of the runs that have blobs, newest first."""
        with _unless_missing():
            for found in self._container.walk_blobs(delimiter="/"):
                if _RUN.fullmatch(run_id := found.name.removesuffix("/")):
                    yield run_id

    def delete(self, folder: Folder[FileT], name: FileT) -> None:
        """Delete a blob, unless it is missing."""
        with _unless_missing():
            self._blob(folder, name).delete_blob()

    def delete_run(self, run_id: str) -> None:
        """Delete all blobs of a run and its rounds."""
        for name in self.files(run_id):
            with _unless_missing():
                self._container.delete_blob(f"{WholeRun(run_id).prefix}{name}")

    def sas_url(self, folder: Folder[FileT], name: FileT, permissions: str, minutes: float) -> str:
        """Return a signed URL that grants *permissions* (such as `r`, `a`, `cw`) on one blob. It is a secret.

        It is valid from 15 minutes ago until *minutes* from now.
        """
        from azure.storage.blob import BlobSasPermissions, generate_blob_sas

        blob, now = self._blob(folder, name), dt.datetime.now(dt.UTC)
        expiry = now + dt.timedelta(minutes=minutes)
        signed = generate_blob_sas(
            account_name=str(self._service.account_name),  # the blob client's is wrong on a loopback address
            container_name=CONTAINER,
            blob_name=blob.blob_name,
            permission=BlobSasPermissions.from_string(permissions),
            start=now - SKEW,
            expiry=expiry,
            protocol="https" if blob.url.startswith("https://") else None,
            **self._signing_key(expiry),
        )
        return f"{blob.url}?{signed}"

    def _signing_key(self, expiry: dt.datetime) -> dict[str, Any]:
        """Return the key that signs until *expiry*: the account key, or a cached user delegation key."""
        key = getattr(self._service.credential, "account_key", None)
        if key is not None:
            return {"account_key": key}
        with self._lock, translated(SERVICE):
            wanted = expiry.strftime("%Y-%m-%dT%H:%M:%SZ")
            if not self._keys or str(self._keys[0].signed_expiry) < wanted:
                now = dt.datetime.now(dt.UTC)
                until = max(now + KEY_LIFETIME, expiry + SKEW)
                self._keys[:] = [self._service.get_user_delegation_key(now - SKEW, until)]
            return {"user_delegation_key": self._keys[0]}

    def _written(self, write: Callable[[], T]) -> T:
        """Return the result of *write*; if the blob container does not exist, it is created first."""
        from azure.core.exceptions import HttpResponseError, ResourceExistsError

        with translated(SERVICE):
            try:
                return write()
            except HttpResponseError as error:
                if code_of(error) != "ContainerNotFound":
                    raise
            with suppress(ResourceExistsError):
                self._container.create_container()
            return write()

    def _blob(self, folder: Folder[FileT], name: FileT) -> "BlobClient":
        if not _NAME.fullmatch(name):
            raise InvalidArgument(
                "A blob's name may contain only letters, digits, dots, hyphens, underscores and slashes."
            )
        _checked(folder.run_id)
        return self._container.get_blob_client(f"{folder.prefix}{name}")

    @cached_property
    def _container(self) -> "ContainerClient":
        return self._service.get_container_client(CONTAINER)

    @cached_property
    def _service(self) -> "BlobServiceClient":
        from azure.storage.blob import BlobServiceClient, LinearRetry

        retries = LinearRetry(backoff=1, retry_total=2, random_jitter_range=1)
        options: dict[str, Any] = {"transport": transport(), "retry_policy": retries}
        if "://" in self.account and "=" not in self.account:
            return BlobServiceClient(self.account, credential=self.credential, **options)
        return BlobServiceClient.from_connection_string(self.account, **options)


@contextmanager
def _unless_missing() -> Iterator[None]:
    """Go on after what was asked of a blob or container that does not exist; translate other errors."""
    from azure.core.exceptions import ResourceNotFoundError

    with translated(SERVICE), suppress(ResourceNotFoundError):
        yield


def _checked(run_id: str) -> str:
    if not _RUN.fullmatch(run_id):
        raise InvalidArgument("This is not a valid run id.")
    return run_id


def _check_size(size: int | None, limit: int) -> None:
    if size is None or size > limit:
        raise TooLarge(f"A file of the run has {size or 0:,} bytes; at most {limit:,} are allowed.")
