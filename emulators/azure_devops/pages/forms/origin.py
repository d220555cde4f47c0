"""Checks that a form was sent by a page of this server, and not by a page of another site.

The pages need no sign-in, so two checks stand in for one:
- `Origin` must be the page's own, so that a page of another site cannot send a form.
- The form must carry the token of this process, which only a reader of the page knows.

The real pages ask for a sign-in: https://learn.microsoft.com/azure/devops/organizations/security/about-security-identity.
The checks follow https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html
"""

import secrets

from aiohttp import web

FORM_TOKEN = secrets.token_urlsafe(32)


def is_same_origin(request: web.Request) -> bool:
    """Whether a form was sent by a page of this server; a request without `Origin` was not."""
    origins = request.headers.getall("Origin", [])
    return len(origins) == 1 and origins[0].lower() == f"http://{request.host}".lower()


def is_form_token(given: str) -> bool:
    """Whether *given* is the token that this process puts into its forms; compared in constant time."""
    return secrets.compare_digest(given.encode("utf-8", "surrogatepass"), FORM_TOKEN.encode())


def origin_of(request: web.Request) -> str:
    """Return the address of this server, regardless of the name that the browser used for it."""
    transport = request.transport
    port = transport.get_extra_info("sockname")[1] if transport else request.url.port
    return f"http://127.0.0.1:{port}"
