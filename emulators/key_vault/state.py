"""The secrets of one vault: versions, soft deletion, and the file that holds them.

https://learn.microsoft.com/azure/key-vault/general/soft-delete-overview
"""

import json
import time
import uuid
from pathlib import Path
from typing import Any

from emulators.key_vault.errors import deleted_but_recoverable, not_found
from emulators.private_files import write_private

RECOVERABLE_DAYS = 90
Version = dict[str, Any]  # value, contentType, tags, attributes
Secret = dict[str, Any]  # name (as first written), versions in order, and deletedDate if deleted


class Vault:
    """Secrets by case-insensitive name; every change is on disk before the request is answered."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.secrets: dict[str, Secret] = json.loads(file.read_text()) if file.exists() else {}

    def live(self, name: str) -> Secret:
        """Return the secret called *name*; raises `VaultError` (404) when it does not exist or is deleted."""
        secret = self.secrets.get(name.lower())
        if secret is None or "deletedDate" in secret:
            raise not_found(name)
        return secret

    def deleted(self, name: str) -> Secret:
        """Return the deleted secret called *name*; raises `VaultError` (404) when there is none."""
        secret = self.secrets.get(name.lower())
        if secret is None or "deletedDate" not in secret:
            raise not_found(name)
        return secret

    def version(self, name: str, version: str = "") -> tuple[Secret, str]:
        """Return the secret and the id of its *version*, or of the latest; raises `VaultError` (404)."""
        secret = self.live(name)
        versions = secret["versions"]
        chosen = version or next(reversed(versions))
        if chosen not in versions:
            raise not_found(f"{name}/{version}")
        return secret, chosen

    def put(self, name: str, content: Version) -> tuple[Secret, str]:
        """Add a version to the secret called *name*; raises `VaultError` (409) if it is deleted."""
        secret = self.secrets.setdefault(name.lower(), {"name": name, "versions": {}})
        if "deletedDate" in secret:
            raise deleted_but_recoverable(name)
        version = uuid.uuid4().hex
        now = int(time.time())
        attributes = {"enabled": True, **content["attributes"], "created": now, "updated": now}
        secret["versions"][version] = {**content, "attributes": attributes}
        self.save()
        return secret, version

    def change(self, name: str, version: str, changes: Version) -> tuple[Secret, str]:
        """Replace the named parts of one version, never its value; raises `VaultError` (404)."""
        secret, chosen = self.version(name, version)
        kept = secret["versions"][chosen]
        attributes = {**kept["attributes"], **changes.pop("attributes", {}), "updated": int(time.time())}
        kept.update(changes, attributes=attributes)
        self.save()
        return secret, chosen

    def delete(self, name: str) -> Secret:
        """Soft-delete the secret called *name*; raises `VaultError` (404)."""
        secret = self.live(name)
        secret["deletedDate"] = int(time.time())
        self.save()
        return secret

    def recover(self, name: str) -> Secret:
        """Recover a deleted secret; raises `VaultError` (404)."""
        secret = self.deleted(name)
        del secret["deletedDate"]
        self.save()
        return secret

    def purge(self, name: str) -> None:
        """Delete a soft-deleted secret for good; raises `VaultError` (404)."""
        self.deleted(name)
        del self.secrets[name.lower()]
        self.save()

    def save(self) -> None:
        """Write every secret, readable only by the owner; a crash leaves the previous file intact."""
        write_private(self.file, json.dumps(self.secrets))
