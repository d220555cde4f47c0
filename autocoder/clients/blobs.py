"""Blob Storage: the files of each run, and the addresses by which its containers reach their own.

https://learn.microsoft.com/python/api/overview/azure/storage-blob-readme. The container `runs` is created
when it is first written to. Containers get a user delegation SAS (an account-key SAS with a connection
string) for one blob: https://learn.microsoft.com/rest/api/storageservices/create-user-delegation-sas
"""

import datetime as dt
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from autocoder.clients.azure import code_of, translated, transport
from autocoder.errors import InvalidArgument, TooLarge
from autocoder.models import RUN_ID

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential
    from azure.storage.blob import BlobClient, BlobServiceClient, ContainerClient, UserDelegationKey

WHO = "Blob Storage"
CONTAINER = "runs"
MAX_BYTES = 64_000_000
SKEW = dt.timedelta(minutes=15)  # clocks differ; Azure's own advice
KEY_LIFETIME = dt.timedelta(days=1)
_RUN = re.compile(RUN_ID)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}(?:/[A-Za-z0-9][A-Za-z0-9._-]{0,99}){0,3}")
T = TypeVar("T")


@dataclass(frozen=True)
class Blobs:
    """The blobs of the runs: `<run id>/<name>`."""

    account: str
    credential: "TokenCredential" = field(repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _keys: list["UserDelegationKey"] = field(default_factory=list, repr=False)

    def put(self, run_id: str, name: str, content: bytes) -> None:
        """Write a blob, over one that is there."""
        self._written(lambda: self._blob(run_id, name).upload_blob(content, overwrite=True))

    def get(self, run_id: str, name: str, limit: int = MAX_BYTES) -> bytes | None:
        """Return a blob's bytes, None when there is none; raises `TooLarge` past *limit* bytes."""
        from azure.core.exceptions import ResourceNotFoundError

        with translated(WHO):
            try:
                stream = self._blob(run_id, name).download_blob(max_concurrency=1)
                _check_size(stream.size, limit)
                return stream.readall()
            except ResourceNotFoundError:
                return None

    def download(self, run_id: str, name: str, path: Path, limit: int = MAX_BYTES) -> None:
        """Write a blob's bytes to the file *path*; raises `NotFound`, or `TooLarge` past *limit* bytes."""
        with translated(WHO), path.open("wb") as file:
            stream = self._blob(run_id, name).download_blob(max_concurrency=4)
            _check_size(stream.size, limit)
            stream.readinto(file)

    def read_range(self, run_id: str, name: str, offset: int, length: int) -> bytes:
        """Return up to *length* bytes from *offset* on; none past the end, or when there is no such blob."""
        from azure.core.exceptions import HttpResponseError

        with translated(WHO):
            try:
                return self._blob(run_id, name).download_blob(offset, length, max_concurrency=1).readall()
            except HttpResponseError as error:
                if error.status_code in (404, 416):
                    return b""
                raise

    def exists(self, run_id: str, name: str) -> bool:
        """Whether there is such a blob."""
        with translated(WHO):
            return bool(self._blob(run_id, name).exists())

    def create_append(self, run_id: str, name: str) -> None:
        """Create an empty append blob; one that is there stays as it is."""
        from azure.core import MatchConditions
        from azure.core.exceptions import ResourceExistsError, ResourceModifiedError

        def create() -> None:
            try:
                self._blob(run_id, name).create_append_blob(match_condition=MatchConditions.IfMissing)
            except (ResourceExistsError, ResourceModifiedError) as error:
                if code_of(error) == "ContainerNotFound":
                    raise

        self._written(create)

    def list(self, run_id: str) -> tuple[str, ...]:
        """Return the names of a run's blobs, without its id."""
        from azure.core.exceptions import ResourceNotFoundError

        prefix = f"{_checked(run_id)}/"
        with translated(WHO):
            try:
                found = self._container.list_blob_names(name_starts_with=prefix)
                return tuple(name.removeprefix(prefix) for name in found)
            except ResourceNotFoundError:
                return ()

    def list_runs(self) -> Iterator[str]:
        """Yield the ids of the runs that have blobs, the newest first."""
        from azure.core.exceptions import ResourceNotFoundError

        with translated(WHO):
            try:
                for found in self._container.walk_blobs(delimiter="/"):
                    if _RUN.fullmatch(run_id := found.name.removesuffix("/")):
                        yield run_id
            except ResourceNotFoundError:
                return

    def delete(self, run_id: str, *names: str) -> None:
        """Delete those blobs of a run that are named, all of them when none is; a missing one is no error."""
        from azure.core.exceptions import ResourceNotFoundError

        for name in names or self.list(run_id):
            with translated(WHO):
                try:
                    self._blob(run_id, name).delete_blob()
                except ResourceNotFoundError:
                    continue

    def sas_url(self, run_id: str, name: str, permissions: str, minutes: float) -> str:
        """Return the address by which whoever has it may do *permissions* (`r`, `a`, `cw`) to one blob.

        It is good from 15 minutes ago to *minutes* from now. It is a secret.
        """
        from azure.storage.blob import BlobSasPermissions, generate_blob_sas

        blob, now = self._blob(run_id, name), dt.datetime.now(dt.UTC)
        expiry = now + dt.timedelta(minutes=minutes)
        signed = generate_blob_sas(
            account_name=str(self._service.account_name),  # a blob's own is wrong on the loopback address
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
        """Return what signs until *expiry*: the account's key, or a user delegation key, kept for a day."""
        key = getattr(self._service.credential, "account_key", None)
        if key is not None:
            return {"account_key": key}
        with self._lock, translated(WHO):
            wanted = expiry.strftime("%Y-%m-%dT%H:%M:%SZ")
            if not self._keys or str(self._keys[0].signed_expiry) < wanted:
                now = dt.datetime.now(dt.UTC)
                until = max(now + KEY_LIFETIME, expiry + SKEW)
                self._keys[:] = [self._service.get_user_delegation_key(now - SKEW, until)]
            return {"user_delegation_key": self._keys[0]}

    def _written(self, write: Callable[[], T]) -> T:
        """Return what *write* returns; the container is created first when it is not there."""
        from azure.core.exceptions import HttpResponseError, ResourceExistsError

        with translated(WHO):
            try:
                return write()
            except HttpResponseError as error:
                if code_of(error) != "ContainerNotFound":
                    raise
            with suppress(ResourceExistsError):
                self._container.create_container()
            return write()

    def _blob(self, run_id: str, name: str) -> "BlobClient":
        if not _NAME.fullmatch(name):
            raise InvalidArgument(
                "A blob's name may contain only letters, digits, dots, hyphens, underscores and slashes."
            )
        return self._container.get_blob_client(f"{_checked(run_id)}/{name}")

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


def _checked(run_id: str) -> str:
    if not _RUN.fullmatch(run_id):
        raise InvalidArgument("This is not a valid run id.")
    return run_id


def _check_size(size: int | None, limit: int) -> None:
    if size is None or size > limit:
        raise TooLarge(f"A file of the run has {size or 0:,} bytes; at most {limit:,} are allowed.")
