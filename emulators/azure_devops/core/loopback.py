"""Who may use the pages and the control routes: a program on this machine that asked for this machine.

They need no credential, so these checks keep other sites out:
- `Host` must name the loopback address. A foreign name that resolves to it (DNS rebinding) is refused.
- `Origin` of a form must be the page's own, so that a foreign page cannot send one.
- A form must carry the token of this process, which only a reader of the page knows.

The real pages ask for a sign-in instead:
https://learn.microsoft.com/azure/devops/organizations/security/about-security-identity
The checks follow https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html
"""

import ipaddress
import re
import secrets

from aiohttp import web

FORM_TOKEN = secrets.token_urlsafe(32)
_LOOPBACK_HOST = re.compile(r"(?i:127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?")


def is_local(request: web.Request) -> bool:
    """Whether a request came from this machine and its `Host` names this machine."""
    hosts = request.headers.getall("Host", [])
    return len(hosts) == 1 and _LOOPBACK_HOST.fullmatch(hosts[0]) is not None and _is_loopback(_peer(request))


def is_same_origin(request: web.Request) -> bool:
    """Whether a form was sent by a page of this server; a request without `Origin` was not."""
    origins = request.headers.getall("Origin", [])
    return len(origins) == 1 and origins[0].lower() == f"http://{request.host}".lower()


def is_form_token(given: str) -> bool:
    """Whether *given* is the token that this process puts into its forms; compared in constant time."""
    return secrets.compare_digest(given.encode("utf-8", "surrogatepass"), FORM_TOKEN.encode())


def origin_of(request: web.Request) -> str:
    """Return the address of this server, whatever name the browser used for it."""
    transport = request.transport
    port = transport.get_extra_info("sockname")[1] if transport else request.url.port
    return f"http://127.0.0.1:{port}"


def _peer(request: web.Request) -> str:
    transport = request.transport
    return str(transport.get_extra_info("peername")[0]) if transport else ""


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
