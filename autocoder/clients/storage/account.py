"""Where a storage account is, and how requests to it are authorized: an endpoint, or a connection string.

https://learn.microsoft.com/azure/storage/common/storage-configure-connection-string
"""

import base64
import binascii
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlsplit

from autocoder.errors import InvalidArgument
from autocoder.setting_values import is_development_storage, is_loopback

Kind = Literal["blob", "table"]
PUBLIC_CLOUD = "core.windows.net"
# Azurite's account and key, which its documentation publishes, and its default ports:
# https://learn.microsoft.com/azure/storage/common/storage-connect-azurite
DEVELOPMENT_ACCOUNT = "devstoreaccount1"
DEVELOPMENT_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
DEVELOPMENT_PORTS = {"blob": 10000, "table": 10002}


@dataclass(frozen=True, slots=True)
class Account:
    """The endpoint of one service of an account, without a slash at its end; *key* if it signs with a key."""

    name: str
    endpoint: str
    key: bytes | None = field(default=None, repr=False)

    @property
    def path(self) -> str:
        """The path of the endpoint: empty on Azure, `/<account>` on a loopback address."""
        return urlsplit(self.endpoint).path


def read_account(text: str, kind: Kind) -> Account:
    """Return the account that *text* names: an endpoint's URL, or a connection string with a key.

    Raises `InvalidArgument`, without the text, when it is neither.
    """
    if is_development_storage(text):
        endpoint = f"http://127.0.0.1:{DEVELOPMENT_PORTS[kind]}/{DEVELOPMENT_ACCOUNT}"
        return Account(DEVELOPMENT_ACCOUNT, endpoint, base64.b64decode(DEVELOPMENT_KEY))
    if "://" in text and "=" not in text:
        return Account(_name_in(text), text.rstrip("/"))
    given = (one.partition("=") for one in text.split(";"))
    parts = {name.strip().lower(): value.strip() for name, _, value in given}  # in any case, as the SDKs do
    name = parts.get("accountname", "")
    endpoint = parts.get(f"{kind}endpoint") or _usual_endpoint(parts, kind)
    try:
        key = base64.b64decode(parts.get("accountkey", ""), validate=True)
    except binascii.Error:
        key = b""
    if not (name and key and "://" in endpoint):
        raise InvalidArgument("This is not a connection string of a storage account with its key.")
    return Account(name, endpoint.rstrip("/"), key)


def _usual_endpoint(parts: dict[str, str], kind: Kind) -> str:
    scheme, suffix = parts.get("defaultendpointsprotocol", "https"), parts.get("endpointsuffix", PUBLIC_CLOUD)
    return f"{scheme}://{parts.get('accountname', '')}.{kind}.{suffix}"


def _name_in(endpoint: str) -> str:
    """Return the account's name: the first label of the host, or of a loopback address the path."""
    parts = urlsplit(endpoint)
    return parts.path.strip("/") if is_loopback(endpoint) else (parts.hostname or "").partition(".")[0]
