"""The clients of this process: built from the settings when first used, and shared by its threads."""

import base64
import re
from collections import deque
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING

from autocoder.clients.azure import TokenSource, managed_identity, own_credential, silence
from autocoder.clients.azure_devops.client import AzureDevOps
from autocoder.clients.azure_devops.session import Authorization, Session, new_http_client
from autocoder.clients.blobs import Blobs
from autocoder.clients.container_instances import ContainerInstances
from autocoder.clients.key_vault import KeyVault
from autocoder.clients.run_records import RunRecords
from autocoder.clients.tables import Tables
from autocoder.errors import InvalidArgument, SignInRequired
from autocoder.setting_values import ORGANIZATION
from autocoder.settings import Settings, settings
from autocoder.shared.redaction import Redactor

if TYPE_CHECKING:
    import httpx
    import urllib3
    from azure.core.credentials import TokenCredential

__all__ = ["AzureDevOps", "Clients", "clients"]

AZURE_DEVOPS_SCOPE = "499b84ac-1321-427f-aa17-267ca6975798/.default"
MAX_GUARDED_SECRETS = 20  # about as many as runs that are working
_ORGANIZATION = re.compile(ORGANIZATION)


@dataclass(frozen=True)
class Clients:
    """Everything that the app speaks to."""

    settings: Settings

    def azure_devops(self, organization: str) -> AzureDevOps:
        """Return the client of *organization*; raises `InvalidArgument` when that is no such name."""
        if not _ORGANIZATION.fullmatch(organization):
            raise InvalidArgument("This is not a valid name of an Azure DevOps organisation.")
        url = self.settings.organization_url(organization)
        return AzureDevOps(Session(url, self._own, self._http))

    def redact(self, text: str) -> str:
        """Return *text* without the secrets that this process has read or made so far, and without tokens."""
        known = (*self.vault.known(), *self._guarded)
        redactor = self._redactors.get(known)
        if redactor is None:
            redactor = Redactor(known)
            self._redactors.clear()  # another thread may fill it at this moment; each uses its own
            self._redactors[known] = redactor
        return redactor.redact(text)

    def guard(self, secret: str) -> None:
        """Take *secret*, which was made here and is in no vault, out of every text from now on."""
        self._guarded.append(secret)

    def own_id(self, organization: str) -> str:
        """Return the id that the app's identity has in *organization*; asked once."""
        known = self._own_ids.get(organization)
        if known is None:
            known = self._own_ids[organization] = self.azure_devops(organization).own_id()
        return known

    def authorization(self, organization: str) -> str:
        """Return the `Authorization` value of the app itself; raises `SignInRequired`."""
        del organization  # one identity, or one PAT, for all of them
        return self._own.header()

    def clone_authorization(self) -> str:
        """Return the `Authorization` value that may read code: a secret, the reader's, or the app's own."""
        if self.settings.clone_token_secret:
            return self._pat(self.settings.clone_token_secret)
        reader = self.settings.azure_devops_reader_client_id
        return f"Bearer {self._reader_token.value()}" if reader else self._own.header()

    def git_pool(self) -> "urllib3.PoolManager":
        """Return the connections over which is pushed."""
        return self._git_pool

    def known_secrets(self) -> tuple[str, ...]:
        """Return every secret that this app holds, for exact matches in what it publishes."""
        names = [self.settings.hook_password_secret, self.settings.callback_key_secret]
        if self.settings.azure_devops_auth == "pat":
            names.append(self.settings.azure_devops_pat_secret)
        if self.settings.clone_token_secret:
            names.append(self.settings.clone_token_secret)
        for name in names:
            self.vault.read_secret(name)
        headers = (self._own.header(), self.clone_authorization())
        return tuple(dict.fromkeys((*self.vault.known(), *(value.split(" ", 1)[1] for value in headers))))

    @cached_property
    def containers(self) -> ContainerInstances:
        """The container groups."""
        given = self.settings
        return ContainerInstances(
            given.resource_manager_url,
            given.azure_subscription_id,
            given.container_resource_group,
            self._credential,
        )

    @cached_property
    def vault(self) -> KeyVault:
        """The secrets."""
        return KeyVault(self.settings.key_vault_url, self._credential)

    @cached_property
    def blobs(self) -> Blobs:
        """The files of the runs."""
        return Blobs(self.settings.blob_url, self._credential)

    @cached_property
    def tables(self) -> Tables:
        """The tables."""
        return Tables(self.settings.table_url, self._credential)

    @cached_property
    def records(self) -> RunRecords:
        """The record of runs and the claims."""
        return RunRecords(self.tables)

    @cached_property
    def _redactors(self) -> dict[tuple[str, ...], Redactor]:
        return {}

    @cached_property
    def _guarded(self) -> deque[str]:
        return deque(maxlen=MAX_GUARDED_SECRETS)

    @cached_property
    def _own_ids(self) -> dict[str, str]:
        return {}

    @cached_property
    def _credential(self) -> "TokenCredential":
        return own_credential(self.settings.azure_client_id)

    @cached_property
    def _own_token(self) -> TokenSource:
        return TokenSource(self._credential, AZURE_DEVOPS_SCOPE)

    @cached_property
    def _reader_token(self) -> TokenSource:
        identity = managed_identity(self.settings.azure_devops_reader_client_id)
        return TokenSource(identity, AZURE_DEVOPS_SCOPE)

    @cached_property
    def _own(self) -> Authorization:
        if self.settings.azure_devops_auth == "pat":
            name = self.settings.azure_devops_pat_secret
            return Authorization(lambda: self._pat(name), lambda: self.vault.forget(name))
        return Authorization(lambda: f"Bearer {self._own_token.value()}", self._own_token.forget)

    @cached_property
    def _http(self) -> "httpx.Client":
        return new_http_client()

    @cached_property
    def _git_pool(self) -> "urllib3.PoolManager":
        import urllib3

        return urllib3.PoolManager(num_pools=4, maxsize=16)

    def _pat(self, name: str) -> str:
        """Return the Basic value of the PAT in secret *name*; raises `SignInRequired` when it is absent."""
        secret = self.vault.look_up(name)
        if secret.value is None:
            raise SignInRequired(f"Secret {name} is {secret.state} in Key Vault.")
        return "Basic " + base64.b64encode(f":{secret.value}".encode()).decode()


@cache
def clients() -> Clients:
    """Return this process's clients."""
    silence()
    return Clients(settings())
