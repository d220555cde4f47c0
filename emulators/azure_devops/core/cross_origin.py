"""Requests from pages of another origin, such as an extension's: preflights, and the headers of answers.

Only an answer to a valid Bearer token carries the headers. A browser therefore reports a 401 as a request
that failed, without its status: https://github.com/microsoft/azure-devops-extension-api/issues/68
https://developer.mozilla.org/docs/Web/HTTP/Guides/CORS
"""

from aiohttp import web

METHODS = "OPTIONS,GET,POST,PATCH,PUT,DELETE"
EXPOSED = "ActivityId,X-TFS-Session,X-MS-ContinuationToken"
MAX_AGE_SECONDS = 3600
_ALLOWED = web.RequestKey("allowed_origin", str)


def preflight(request: web.Request) -> web.Response | None:
    """Return the answer to a preflight, which carries no credential; None for any other request."""
    origin, method = request.headers.get("Origin"), request.headers.get("Access-Control-Request-Method")
    if request.method != "OPTIONS" or not origin or not method:
        return None
    asked = request.headers.get("Access-Control-Request-Headers", "")
    headers = {
        **_allowing(origin),
        "Access-Control-Allow-Methods": METHODS,
        "Access-Control-Max-Age": str(MAX_AGE_SECONDS),
    }
    if asked:
        headers["Access-Control-Allow-Headers"] = asked
    return web.Response(headers=headers)


def allow(request: web.Request) -> None:
    """Let the page that sent *request* read its answer, unless that is 401."""
    if request.headers.get("Authorization", "").lower().startswith("bearer "):
        request[_ALLOWED] = request.headers.get("Origin", "")


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Add the headers to the answer of an allowed request; connected to `on_response_prepare`."""
    origin = request.get(_ALLOWED)
    if origin and response.status != 401:
        response.headers.update({**_allowing(origin), "Access-Control-Expose-Headers": EXPOSED})


def _allowing(origin: str) -> dict[str, str]:
    return {"Access-Control-Allow-Origin": origin, "Vary": "Origin"}
