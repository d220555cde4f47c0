"""Code that all clients of Azure share: transport, credential, and errors of the domain.

https://learn.microsoft.com/python/api/overview/azure/core-readme
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from autocoder.clients.service_codes import BUSY, NO_CAPACITY, NO_IMAGE, is_final
from autocoder.errors import (
    AutocoderError,
    Conflict,
    Forbidden,
    InvalidArgument,
    MayPass,
    NoCapacity,
    NoImage,
    NotFound,
    RetryLater,
    SignInRequired,
    StaleRevision,
    Transient,
)
from autocoder.settings import has_identity_endpoint
from autocoder.shared.retry_after import wait_seconds

if TYPE_CHECKING:
    from azure.core.credentials import AccessToken, TokenCredential

POOL = 64  # connections that are kept for reuse; a call beyond them opens one of its own
RENEW_SECONDS = 300
FOR_NEW_ROLES = (
    "The app tries again for some minutes, because a new role takes as long to work; if it stays refused, "
    "give the app's identity this permission: docs/permissions.md lists what it needs."
)
FOR_ADMINISTRATORS = "An administrator of the subscription can mend it; then start the run again."
VERBOSE_LOGGERS = ("azure", "httpx", "httpcore", "urllib3", "msal")
_BY_STATUS: dict[int, type[AutocoderError]] = {
    400: InvalidArgument,
    401: SignInRequired,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    412: StaleRevision,
}
_PASSING: dict[type[AutocoderError], type[RetryLater]] = {
    Conflict: RetryLater,
    **dict.fromkeys((Forbidden, InvalidArgument, NotFound), MayPass),
}


def silence() -> None:
    """Keep the SDKs from logging every request: their URLs may contain secrets."""
    for name in VERBOSE_LOGGERS:
        logging.getLogger(name).setLevel(logging.WARNING)


def transport() -> Any:
    """Return a transport for many threads; it takes proxies and trusted certificates from the environment."""
    import requests
    from azure.core.pipeline.transport import RequestsTransport
    from requests.adapters import HTTPAdapter

    session = requests.Session()
    for scheme in ("https://", "http://"):
        session.mount(scheme, HTTPAdapter(pool_connections=4, pool_maxsize=POOL))
    return RequestsTransport(session=session, session_owner=False, connection_timeout=10, read_timeout=60)


def own_credential(client_id: str | None) -> "TokenCredential":
    """Return the app's credential: its managed identity, or without one, the account of `az login`."""
    from azure.identity import AzureCliCredential

    return managed_identity(client_id, *(() if has_identity_endpoint() else (AzureCliCredential(),)))


def managed_identity(client_id: str | None, *before: "TokenCredential") -> "TokenCredential":
    """Return a credential that tries those *before*, then managed identity *client_id* (None: the system's).

    Without an identity endpoint, only a virtual machine has a managed identity. As part of a chain, the
    credential finds out within a second whether it runs on one; on its own it would take half a minute.
    https://learn.microsoft.com/python/api/azure-identity/azure.identity.chainedtokencredential
    """
    from azure.identity import ChainedTokenCredential, ManagedIdentityCredential

    identity = ManagedIdentityCredential(client_id=client_id) if client_id else ManagedIdentityCredential()
    return identity if has_identity_endpoint() else ChainedTokenCredential(*before, identity)


@dataclass
class TokenSource:
    """A cached token for one resource, renewed RENEW_SECONDS before it expires.

    Each renewal uses a new credential, because credentials cache tokens themselves until shortly before they
    expire.
    """

    new_credential: Callable[[], "TokenCredential"] = field(repr=False)
    scope: str
    _token: "AccessToken | None" = field(default=None, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def value(self, min_seconds: float = RENEW_SECONDS) -> str:
        """Return a token that is valid for *min_seconds*, or for as long as a new one is.

        Raises `SignInRequired` when the credential cannot get one.
        """
        with self._lock:
            if self._token is None or self._token.expires_on - time.time() < min_seconds:
                with translated("The app cannot sign in"):
                    self._token = self.new_credential().get_token(self.scope)
            return self._token.token

    def forget(self) -> None:
        """Drop the cached token."""
        with self._lock:
            self._token = None


@contextmanager
def translated(service: str, *, refusals_pass: bool = False) -> Iterator[None]:
    """Turn the SDK's exceptions into errors of the domain, with *service* at the start of their messages.

    With *refusals_pass*, as the resource manager's do, 409 means that another operation is under way, and a
    request that is refused may be accepted later, unless its code is known to be final: even a role that was
    assigned takes minutes to work. Raises `Transient`, `SignInRequired`, or the error for the status of the
    answer.

    https://learn.microsoft.com/azure/role-based-access-control/troubleshooting
    """
    from azure.core.exceptions import (
        ClientAuthenticationError,
        HttpResponseError,
        ServiceRequestError,
        ServiceResponseError,
    )

    try:
        yield
    except (ServiceRequestError, ServiceResponseError) as error:
        raise Transient(f"{service} cannot be reached ({type(error).__name__}).") from None
    except HttpResponseError as error:
        found = _error_of(service, error)
        raise (_passing(found, _retry_after(error)) if refusals_pass else found) from None
    except ClientAuthenticationError as error:
        raise SignInRequired(f"{service}: {_first_line(error)}") from None


def code_of(error: Any) -> str:
    """Return the service's error code in an SDK's exception, such as `ContainerGroupTransitioning`."""
    code = getattr(error, "error_code", None) or getattr(getattr(error, "error", None), "code", None)
    return str(getattr(code, "value", code) or "")


def _passing(found: AutocoderError, seconds: float) -> AutocoderError:
    """Return *found* as an error to be tried again, unless its code is known to be final."""
    code = found.service_code
    if is_final(code) and isinstance(found, (Conflict, Forbidden, InvalidArgument, NotFound)):
        return InvalidArgument(found.message, service_code=code, next_step=FOR_ADMINISTRATORS)
    kind = _PASSING.get(type(found))
    if kind is None:
        return found
    step = FOR_NEW_ROLES if type(found) is Forbidden else None
    return kind(found.message, retry_after_seconds=seconds, service_code=code, next_step=step)


def error_of(status: int, code: str, said: str, wait: float) -> AutocoderError:
    """Return the error of the domain for an answer with this *status* and this *code* of the service.

    *said* is its message, and *wait* how many seconds the service asks to wait.
    """
    if status in (429, 503) or code in BUSY:
        return RetryLater(said, retry_after_seconds=wait, service_code=code)
    for codes, kind_of_wait in ((NO_CAPACITY, NoCapacity), (NO_IMAGE, NoImage)):
        if code in codes:
            return kind_of_wait(said, retry_after_seconds=wait, service_code=code)
    kind = _BY_STATUS.get(status)
    if kind is None:
        kind = InvalidArgument if 400 <= status < 500 and status != 408 else Transient
    return kind(said, service_code=code)


def _error_of(service: str, error: Any) -> AutocoderError:
    said, code = f"{service}: {_first_line(error)}", code_of(error)
    found = error_of(error.status_code or 0, code, said, _retry_after(error))
    if not error.status_code and type(found) is Transient:
        return SignInRequired(said, service_code=code)  # failures of azure-identity have no HTTP response
    return found


def _first_line(error: Any) -> str:
    """Return the first line of the message of *error*, or every credential's message for a chain of them."""
    first, *rest = str(getattr(error, "message", None) or error).split("\n")
    tried = [line.strip() for line in rest if line.startswith("\t")]
    return "; ".join(tried) or first


def _retry_after(error: Any) -> float:
    response = getattr(error, "response", None)
    return wait_seconds(response.headers.get("Retry-After") if response is not None else None)
