"""Key Vault: secrets by name, read on demand and cached in memory for a few minutes.

https://learn.microsoft.com/python/api/overview/azure/keyvault-secrets-readme
"""

import re
import time
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from autocoder.clients.azure import translated, transport
from autocoder.models import SecretState
from autocoder.setting_values import is_loopback

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential
    from azure.keyvault.secrets import SecretClient

CACHE_SECONDS = 300.0
ABSENT_CACHE_SECONDS = 15.0  # short, because an operator may be adding the secret
_NAME = re.compile(r"[0-9A-Za-z-]{1,127}")


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret's value, or why there is none: it is `missing`, or `forbidden` to the app's identity."""

    value: str | None = field(repr=False)
    state: SecretState
    until: float = 0.0


@dataclass(frozen=True)
class KeyVault:
    """A key vault. With roles on single secrets, a missing one gives 403, so 403 and 404 both mean absent."""

    url: str
    credential: "TokenCredential" = field(repr=False)
    _kept: dict[str, Secret] = field(default_factory=dict, repr=False)

    def read_secret(self, name: str) -> str | None:
        """Return the secret's value, or None when it is absent. Raises `Transient` or `SignInRequired`."""
        return self.look_up(name).value

    def look_up(self, name: str) -> Secret:
        """Return the secret and its state. Raises the same errors as `read_secret`."""
        found = self.kept(name)
        if found is None:
            found = self._kept[name] = self._read(name)
        return found

    def kept(self, name: str) -> Secret | None:
        """Return the secret if it needs no request now, because it was read a short time ago; else None."""
        kept = self._kept.get(name)
        return kept if kept is not None and kept.until > time.monotonic() else None

    def forget(self, name: str) -> None:
        """Drop the cached secret, for example after a service rejected it."""
        self._kept.pop(name, None)

    def known(self) -> tuple[str, ...]:
        """Return all cached values."""
        return tuple(secret.value for secret in list(self._kept.values()) if secret.value)

    def _read(self, name: str) -> Secret:
        from azure.core.exceptions import HttpResponseError

        if not _NAME.fullmatch(name):
            return Secret(None, "missing")
        now = time.monotonic()
        with translated("Key Vault"):
            try:
                value = self._client.get_secret(name).value
            except HttpResponseError as error:
                if error.status_code == 404:
                    return Secret(None, "missing", now + ABSENT_CACHE_SECONDS)
                if error.status_code == 403:
                    return Secret(None, "forbidden", now + ABSENT_CACHE_SECONDS)
                raise
        return Secret(value, "present" if value else "missing", now + CACHE_SECONDS)

    @cached_property
    def _client(self) -> "SecretClient":
        from azure.keyvault.secrets import SecretClient

        return SecretClient(
            self.url,
            self.credential,
            transport=transport(),
            verify_challenge_resource=not is_loopback(self.url),
            retry_total=2,
            retry_backoff_factor=0.2,
        )
