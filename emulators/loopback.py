"""Requests that come from this machine and address it by a loopback name.

The control routes need no credential. A web page must not reach them through a host name that resolves to
this machine (DNS rebinding), or by a form, which a browser sends without asking the server first:
https://owasp.org/www-community/attacks/DNS_Rebinding and
https://developer.mozilla.org/docs/Web/HTTP/Guides/CORS#simple_requests
"""

import ipaddress
import re

from aiohttp import web
from aiohttp.typedefs import Handler

CONTROL = "/_control/"
FOREIGN = "control routes answer only requests from this machine to a loopback address"
NOT_JSON = "the body must have the Content-Type application/json"
_LOOPBACK_HOST = re.compile(r"(?i:127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?")


def is_local(request: web.Request) -> bool:
    """Whether a request came from this machine and its `Host` names the loopback address."""
    hosts = request.headers.getall("Host", [])
    return len(hosts) == 1 and _LOOPBACK_HOST.fullmatch(hosts[0]) is not None and _is_loopback(_peer(request))


def control_refusal(request: web.Request) -> web.Response | None:
    """Return the answer to a control call that a web page may have sent, None for an acceptable one.

    The answer is 403 for a call from elsewhere, 415 for a body that a form could carry.
    """
    if not is_local(request):
        return web.json_response({"error": FOREIGN}, status=403)
    if request.can_read_body and request.content_type != "application/json":
        return web.json_response({"error": NOT_JSON}, status=415)
    return None


@web.middleware
async def local_control(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Pass on every request except a control call that `control_refusal` refuses."""
    refused = control_refusal(request) if request.path.startswith(CONTROL) else None
    return await handler(request) if refused is None else refused


def _peer(request: web.Request) -> str:
    transport = request.transport
    return str(transport.get_extra_info("peername")[0]) if transport else ""


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
