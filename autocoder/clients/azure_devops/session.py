"""Sending requests to Azure DevOps over one shared connection pool.

https://learn.microsoft.com/rest/api/azure/devops/
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from autocoder.clients.azure_devops import protocol
from autocoder.errors import TooLarge, Transient

if TYPE_CHECKING:
    import ssl

    import httpx  # slow to import, and not needed at a cold start

MAX_ANSWER_BYTES = 32 << 20  # an answer may repeat the content of its request, which may have 25 MB
MAX_CONNECTIONS = 64  # of a pool: whoever needs one more waits, for the timeout at the most
REPEATS = 2


@dataclass(frozen=True)
class Pools:
    """The connections of a process: whoever waits for one service takes none from the other."""

    azure_devops: "httpx.Client"
    storage: "httpx.Client"


def new_pools() -> Pools:
    """Return a pool for each service; they share the trusted certificates, which take long to load."""
    import httpx

    tls = httpx.create_ssl_context()
    return Pools(new_http_client(tls), new_http_client(tls))


def new_http_client(tls: "ssl.SSLContext | None" = None) -> "httpx.Client":
    """Return a connection pool that all threads of a process share, for one service.

    It follows no redirects, and keeps no cookies: one caller's could sign in another's requests.
    """
    from http.cookiejar import CookieJar, DefaultCookiePolicy

    import httpx

    limits = httpx.Limits(max_connections=MAX_CONNECTIONS, max_keepalive_connections=32, keepalive_expiry=60)
    timeout = httpx.Timeout(30.0, connect=10.0)
    cookies = CookieJar(DefaultCookiePolicy(allowed_domains=()))
    return httpx.Client(
        verify=tls or True,
        timeout=timeout,
        limits=limits,
        cookies=cookies,
        follow_redirects=False,
    )


@dataclass(frozen=True)
class Authorization:
    """The credential: `header()` returns the `Authorization` header, `forget()` drops a cached one."""

    header: Callable[[], str] = field(repr=False)
    forget: Callable[[], None] = field(default=lambda: None, repr=False)


@dataclass(frozen=True)
class Session:
    """An organisation's URL, the credential for it, and the connection pool."""

    organization_url: str
    authorization: Authorization
    http: "httpx.Client" = field(repr=False)

    def json(self, method: str, *segments: str | int, **parts: Any) -> Any:
        """Send the request that `protocol.build` makes from the arguments; return the answer's JSON."""
        return protocol.read_json(self.send(protocol.build(method, self.organization_url, segments, **parts)))

    def download(self, *segments: str | int, limit: int, query: protocol.Query | None = None) -> bytes:
        """Return the bytes at *segments*. Raises `TooLarge` above *limit* bytes."""
        request = protocol.build("GET", self.organization_url, segments, query=query, accept=protocol.BINARY)
        return protocol.read_bytes(self.send(request, limit))

    def send(self, request: protocol.Request, limit: int = MAX_ANSWER_BYTES) -> protocol.Response:
        """Send *request*. A rejected credential is renewed once; a GET is repeated if the connection drops.

        Raises `Transient` when the connection fails, `TooLarge` when the answer has more than *limit* bytes.
        """
        header = self.authorization.header()
        response = self._repeat(request, header, limit)
        if response.status not in (203, 302, 401):
            return response
        self.authorization.forget()
        fresh = self.authorization.header()
        return response if fresh == header else self._repeat(request, fresh, limit)

    def _repeat(self, request: protocol.Request, header: str, limit: int) -> protocol.Response:
        import httpx

        for repeat in range(REPEATS + 1):
            try:
                return self._once(request, header, limit)
            except httpx.TransportError as error:
                if repeat == REPEATS or not (request.may_repeat or isinstance(error, httpx.ConnectError)):
                    kind = type(error).__name__
                    raise Transient(f"The connection to Azure DevOps failed ({kind}).") from None
                time.sleep(0.2 * 2**repeat)
        raise AssertionError("unreachable")

    def _once(self, request: protocol.Request, header: str, limit: int) -> protocol.Response:
        headers = request.headers(header)
        with self.http.stream(
            request.method, request.url, headers=headers, content=request.content
        ) as answer:
            content = bytearray()
            for chunk in answer.iter_bytes():
                content += chunk
                if len(content) > limit:
                    raise TooLarge(f"The answer of Azure DevOps is larger than {limit:,} bytes.")
            names = {name.lower(): value for name, value in answer.headers.items()}
            return protocol.Response(answer.status_code, names, bytes(content))
