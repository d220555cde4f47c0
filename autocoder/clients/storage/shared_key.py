"""Shared Key: the `Authorization` header of a request that is signed with the account's key.

https://learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key
"""

import base64
import hashlib
import hmac
from collections.abc import Iterable, Mapping
from urllib.parse import unquote

from autocoder.clients.storage.account import Account

# The standard headers of the string to sign, in its order. `x-ms-date` is signed instead of `Date`.
_BLOB_HEADERS = (
    "content-encoding", "content-language", "content-length", "content-md5", "content-type", "date",
    "if-modified-since", "if-match", "if-none-match", "if-unmodified-since", "range",
)  # fmt: skip


def signature(key: bytes, text: str) -> str:
    """Return the HMAC-SHA256 of *text* with *key*, in Base64."""
    return base64.b64encode(hmac.new(key, text.encode(), hashlib.sha256).digest()).decode()


def authorization(account: Account, string_to_sign: str) -> str:
    """Return the header `Authorization` for *string_to_sign*."""
    return f"SharedKey {account.name}:{signature(account.key or b'', string_to_sign)}"


def table_string(account: Account, method: str, target: str, headers: Mapping[str, str]) -> str:
    """Return the string to sign of a request to Table Storage.

    *target* is the path and query as they are sent, percent-encoded; *headers* have names in lower case. Of
    the query only `comp` is signed, which no request of this app has.
    """
    path = target.partition("?")[0]
    given = [headers.get(name, "") for name in ("content-md5", "content-type", "x-ms-date")]
    return "\n".join([method, *given, f"/{account.name}{path}"])


def blob_string(account: Account, method: str, target: str, headers: Mapping[str, str]) -> str:
    """Return the string to sign of a request to Blob Storage; the arguments are those of `table_string`.

    A length of zero is signed as an empty text (since version 2015-02-21).
    """
    path, _, query = target.partition("?")
    given = ["" if (name, value) == ("content-length", "0") else value for name, value in _standard(headers)]
    own = [f"{name}:{value}" for name, value in sorted(headers.items()) if name.startswith("x-ms-")]
    parameters = sorted(part.partition("=")[::2] for part in query.split("&") if part)
    signed = [f"{unquote(name).lower()}:{unquote(value)}" for name, value in parameters]
    return "\n".join([method, *given, *own, f"/{account.name}{path}", *signed])


def _standard(headers: Mapping[str, str]) -> Iterable[tuple[str, str]]:
    return ((name, headers.get(name, "")) for name in _BLOB_HEADERS)
