"""The clients of this process, built from the settings on first use and shared by its threads."""

import base64
import os
import re
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import TYPE_CHECKING

from autocoder.clients.azure import RENEW_SECONDS, TokenSource, managed_identity, own_credential, silence
from autocoder.clients.azure_devops.caller import Caller
from autocoder.clients.azure_devops.client import AzureDevOps
from autocoder.clients.azure_devops.session import Authorization, Pools, Session, new_pools
from autocoder.clients.backlog import Backlog
from autocoder.clients.blobs import Blobs
from autocoder.clients.container_instances import ContainerInstances
from autocoder.clients.key_vault import KeyVault
from autocoder.clients.places import Places
from autocoder.clients.run_lists import RunLists
from autocoder.clients.run_records import RunRecords
from autocoder.clients.storage.rest import SCOPE as STORAGE_SCOPE
from autocoder.clients.tables import Tables
from autocoder.errors import InvalidArgument, SignInRequired
from autocoder.runs.places import limits_of
from autocoder.setting_values import ORGANIZATION
from autocoder.settings import Settings, settings
from autocoder.shared.redaction import Redactor

if TYPE_CHECKING:
    import urllib3
    from azure.core.credentials import TokenCredential

__all__ = ["AzureDevOps", "Clients", "clients", "redacting"]

AZURE_DEVOPS_SCOPE = "499b84ac-1321-427f-aa17-267ca6975798/.default"
MAX_GUARDED_SECRETS = 20  # about the number of concurrent runs
_ORGANIZATION = re.compile(ORGANIZATION)
# A request's task and the threads that it starts see their own value, and never that of another request.
_TOKENS_OF_CALLER: ContextVar[tuple[str, ...]] = ContextVar("tokens of the caller", default=())


@dataclass(frozen=True)
class Clients:
    """The clients of all services that the app uses."""

    settings: Settings
    _redactors: dict[tuple[str, ...], Redactor] = field(default_factory=dict, init=False, repr=False)
    _guarded: deque[str] = field(
        default_factory=lambda: deque(maxlen=MAX_GUARDED_SECRETS), init=False, repr=False
    )
    _own_ids: dict[str, str] = field(default_factory=dict, init=False, repr=False)

    def azure_devops(self, organization: str) -> AzureDevOps:
        """Return the client of *organization*. Raises `InvalidArgument` when its name is not valid."""
        return AzureDevOps(self._session(organization, self._own))

    def caller(self, organization: str, token: str) -> Caller:
        """Return *organization* as the owner of the access *token* sees it; raises as `azure_devops` does."""
        return Caller(self._session(organization, Authorization(lambda: f"Bearer {token}")))

    def _session(self, organization: str, authorization: Authorization) -> Session:
        if not _ORGANIZATION.fullmatch(organization):
            raise InvalidArgument("This is not a valid name of an Azure DevOps organisation.")
        return Session(self.settings.organization_url(organization), authorization, self._pools.azure_devops)

    def redact(self, text: str) -> str:
        """Return *text* without well-known tokens and the secrets that this process has read or generated."""
        known = (*self.vault.known(), *self._guarded)
        redactor = self._redactors.get(known)
        if redactor is None:
            redactor = Redactor(known)
            self._redactors.clear()  # threads may do this at the same time: each keeps its own redactor
            self._redactors[known] = redactor
        own = _TOKENS_OF_CALLER.get()
        return Redactor(own).redact(redactor.redact(text)) if own else redactor.redact(text)

    def guard(self, secret: str) -> None:
        """Redact *secret* from now on; it was generated here and is not in Key Vault."""
        self._guarded.append(secret)

    def own_id(self, organization: str) -> str:
        """Return the id of the app's identity in *organization*, looked up once."""
        if organization not in self._own_ids:
            self._own_ids[organization] = self.azure_devops(organization).own_id()
        return self._own_ids[organization]

    def known_own_id(self, organization: str) -> str | None:
        """Return what `own_id` would, if it was looked up before; None otherwise. It makes no request."""
        return self._own_ids.get(organization)

    def authorization(self, organization: str) -> str:
        """Return the app's `Authorization` header. Raises `SignInRequired` when the app has no credential."""
        del organization  # one identity or PAT serves all organisations
        return self._own.header()

    def clone_authorization(self, min_seconds: float = RENEW_SECONDS) -> str:
        """Return the `Authorization` header for clones: of the clone token, the reader, or the app.

        A token of an identity is valid for *min_seconds*, or for as long as a new one is.
        """
        if self.settings.clone_token_secret:
            return self._pat(self.settings.clone_token_secret)
        if self.settings.azure_devops_reader_client_id:
            return f"Bearer {self._reader_token.value(min_seconds)}"
        if self.settings.azure_devops_auth == "pat":
            return self._own.header()
        return f"Bearer {self._own_token.value(min_seconds)}"

    def git_pool(self) -> "urllib3.PoolManager":
        """Return the connection pool for pushes."""
        return self._git_pool

    def known_secrets(self) -> tuple[str, ...]:
        """Return every secret of this app, to search a change for them before it is published."""
        names = [self.settings.hook_password_secret, self.settings.callback_key_secret]
        if self.settings.azure_devops_auth == "pat":
            names.append(self.settings.azure_devops_pat_secret)
        if self.settings.clone_token_secret:
            names.append(self.settings.clone_token_secret)
        names += self.settings.extension_key_secrets().values()
        for name in names:
            self.vault.read_secret(name)
        headers = (self._own.header(), self.clone_authorization())
        return tuple(dict.fromkeys((*self.vault.known(), *(value.split(" ", 1)[1] for value in headers))))

    @cached_property
    def containers(self) -> ContainerInstances:
        """The client of Container Instances."""
        given = self.settings
        return ContainerInstances(
            given.resource_manager_url,
            given.azure_subscription_id,
            given.container_resource_group,
            self._credential,
        )

    @cached_property
    def vault(self) -> KeyVault:
        """The client of Key Vault."""
        return KeyVault(self.settings.key_vault_url, self._credential)

    @cached_property
    def blobs(self) -> Blobs:
        """The client of Blob Storage, for the files of runs."""
        return Blobs(self.settings.blob_url, self._storage_token, self._pools.storage)

    @cached_property
    def tables(self) -> Tables:
        """The client of Table Storage."""
        return Tables(self.settings.table_url, self._storage_token, self._pools.storage)

    @cached_property
    def records(self) -> RunRecords:
        """The rows of runs and claims."""
        return RunRecords(self.tables)

    @cached_property
    def lists(self) -> RunLists:
        """The lists of runs."""
        return RunLists(self.tables, self.records)

    @cached_property
    def backlog(self) -> Backlog:
        """The number of runs that are active or waiting."""
        return Backlog(self.records.count_active)

    @cached_property
    def places(self) -> Places:
        """The places for runs that work at the same time."""
        return Places(self.tables, self.records, limits_of(self.settings))

    @cached_property
    def _credential(self) -> "TokenCredential":
        return own_credential(self.settings.azure_client_id)

    @cached_property
    def _own_token(self) -> TokenSource:
        return TokenSource(lambda: own_credential(self.settings.azure_client_id), AZURE_DEVOPS_SCOPE)

    @cached_property
    def _storage_token(self) -> TokenSource:
        return TokenSource(lambda: own_credential(self.settings.azure_client_id), STORAGE_SCOPE)

    @cached_property
    def _reader_token(self) -> TokenSource:
        client_id = self.settings.azure_devops_reader_client_id
        return TokenSource(lambda: managed_identity(client_id), AZURE_DEVOPS_SCOPE)

    @cached_property
    def _own(self) -> Authorization:
        if self.settings.azure_devops_auth == "pat":
            name = self.settings.azure_devops_pat_secret
            return Authorization(lambda: self._pat(name), lambda: self.vault.forget(name))
        return Authorization(lambda: f"Bearer {self._own_token.value()}", self._own_token.forget)

    @cached_property
    def _pools(self) -> Pools:
        return new_pools()

    @cached_property
    def _git_pool(self) -> "urllib3.PoolManager":
        import urllib3

        return urllib3.PoolManager(num_pools=4, maxsize=16)

    def _pat(self, name: str) -> str:
        """Return the `Authorization` header of the PAT in *name*; raises `SignInRequired` if absent."""
        secret = self.vault.look_up(name)
        if secret.value is None:
            step = "Add the secret to Key Vault, and let the app's identity read it."
            raise SignInRequired(f"Secret {name} is {secret.state} in Key Vault.", next_step=step)
        return "Basic " + base64.b64encode(f":{secret.value}".encode()).decode()


@contextmanager
def redacting(*tokens: str) -> Iterator[None]:
    """Redact *tokens*, those of a request's caller, in this context alone and as long as it lasts.

    They must have the form of a token: a common word would be redacted wherever the request's answer has it.
    """
    before = _TOKENS_OF_CALLER.set((*_TOKENS_OF_CALLER.get(), *tokens))
    try:
        yield
    finally:
        _TOKENS_OF_CALLER.reset(before)


@cache
def clients() -> Clients:
    """Return this process's clients."""
    silence()
    return Clients(settings())


# Two processes must not send on one connection, so a process that was forked off makes clients of its own.
os.register_at_fork(after_in_child=clients.cache_clear)
