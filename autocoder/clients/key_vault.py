"""Key Vault: secrets by name, read when they are needed and kept in memory for some minutes.

https://learn.microsoft.com/python/api/overview/azure/keyvault-secrets-readme
"""

import re
import time
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from autocoder.clients.azure import translated, transport
from autocoder.setting_values import is_loopback

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential
    from azure.keyvault.secrets import SecretClient

KEPT_SECONDS = 300.0
ABSENT_SECONDS = 15.0  # somebody may be adding it just now
_NAME = re.compile(r"[0-9A-Za-z-]{1,127}")


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret as it was read, and why there is none: `missing`, or `forbidden` to this identity."""

    value: str | None = field(repr=False)
    state: Literal["present", "missing", "forbidden"]
    until: float = 0.0


@dataclass(frozen=True)
class KeyVault:
    """One vault. A role on single secrets answers 403 for a missing one, so both count as absent."""

    url: str
    credential: "TokenCredential" = field(repr=False)
    _kept: dict[str, Secret] = field(default_factory=dict, repr=False)

    def read_secret(self, name: str) -> str | None:
        """Return the secret's value, or None when it is absent; raises `Transient`, `SignInRequired`."""
        return self.look_up(name).value

    def look_up(self, name: str) -> Secret:
        """Return the secret and its state; raises as `read_secret` does."""
        kept = self._kept.get(name)
        if kept is not None and kept.until > time.monotonic():
            return kept
        found = self._read(name)
        self._kept[name] = found
        return found

    def forget(self, name: str) -> None:
        """Read the secret anew next time: a service did not accept it."""
        self._kept.pop(name, None)

    def known(self) -> tuple[str, ...]:
        """Return the values that are in memory."""
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
                    return Secret(None, "missing", now + ABSENT_SECONDS)
                if error.status_code == 403:
                    return Secret(None, "forbidden", now + ABSENT_SECONDS)
                raise
        return Secret(value, "present" if value else "missing", now + KEPT_SECONDS)

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
