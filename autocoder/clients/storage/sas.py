"""Signed URLs of single blobs: a user delegation SAS, or a service SAS of an account with a key.

https://learn.microsoft.com/rest/api/storageservices/create-user-delegation-sas
https://learn.microsoft.com/rest/api/storageservices/create-service-sas
"""

import base64
import datetime as dt
from dataclasses import dataclass, field
from urllib.parse import urlencode

from autocoder.clients.storage.account import Account
from autocoder.clients.storage.rest import VERSION
from autocoder.clients.storage.shared_key import signature

PERMISSIONS = "racwd"  # in the order in which they have to stand


@dataclass(frozen=True, slots=True)
class DelegationKey:
    """A user delegation key.

    https://learn.microsoft.com/rest/api/storageservices/get-user-delegation-key
    """

    object_id: str
    tenant_id: str
    start: str
    expiry: str
    service: str
    version: str
    value: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Grant:
    """What a signed URL allows on one blob, and how long."""

    path: str  # of the blob, behind the account: `/<container>/<blob>`
    permissions: str
    start: dt.datetime
    expiry: dt.datetime

    def times(self) -> tuple[str, str]:
        """The start and the expiry as they are signed."""
        return iso(self.start), iso(self.expiry)


def iso(time: dt.datetime) -> str:
    """Return *time*, in UTC, to the second."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")


def signed_query(account: Account, grant: Grant, key: DelegationKey | None) -> str:
    """Return the query that signs for *grant*, with *key* or else with the account's own. It is a secret."""
    start, expiry = grant.times()
    permissions = "".join(sorted(set(grant.permissions), key=PERMISSIONS.index))
    protocol = "https" if account.endpoint.startswith("https://") else ""
    resource = f"/blob/{account.name}{grant.path}"
    if key is None:
        of_key, secret = {}, account.key or b""
        about_key = [""]  # no stored access policy
    else:
        of_key, secret = _parameters(key), base64.b64decode(key.value)
        about_key = [*of_key.values(), "", "", ""]  # no other users, no correlation id
    # No restriction to an IP address, no snapshot, no encryption scope, and none of the five headers.
    text = [permissions, start, expiry, resource, *about_key, "", protocol, VERSION, "b", *[""] * 7]
    parameters = {"sp": permissions, "st": start, "se": expiry, "spr": protocol, "sv": VERSION, "sr": "b"}
    signed = {**parameters, **of_key, "sig": signature(secret, "\n".join(text))}
    return urlencode({name: value for name, value in signed.items() if value})


def _parameters(key: DelegationKey) -> dict[str, str]:
    """Return the parameters that name *key*, in the order in which they are signed."""
    return {
        "skoid": key.object_id,
        "sktid": key.tenant_id,
        "skt": key.start,
        "ske": key.expiry,
        "sks": key.service,
        "skv": key.version,
    }
