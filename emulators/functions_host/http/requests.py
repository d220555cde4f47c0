"""A request as a Python function receives it from the host's `ToRpcHttp`.

Query parameters without a value are dropped. The values of a repeated parameter or header are
joined by commas; parameter names are case-insensitive, and header names are lower-case. A body without a
Content-Length is not passed on.

Follows `GrpcMessageConversionExtensions` of https://github.com/Azure/azure-functions-host, for a worker that
does not request nullable values, such as the Python worker:
https://learn.microsoft.com/azure/azure-functions/functions-reference-python#http-trigger
"""

from collections.abc import Iterable, Mapping

import azure.functions as func
from aiohttp import web


async def function_request(request: web.Request, route_values: Mapping[str, str]) -> func.HttpRequest:
    """Return the function's request; raises `HTTPRequestEntityTooLarge` for too large a body."""
    parameters = joined(request.query.items())
    body = await request.read()  # read even if it is not passed on, to limit its size
    return func.HttpRequest(
        method=request.method,
        url=str(request.url),
        headers={name.lower(): value for name, value in joined(request.headers.items()).items()},
        params={name: value for name, value in parameters.items() if value},
        route_params=route_values,
        body=body if request.content_length else b"",
    )


def joined(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return the values of each name, joined by commas, under the name's first spelling."""
    values: dict[str, list[str]] = {}
    spelling: dict[str, str] = {}
    for name, value in pairs:
        values.setdefault(spelling.setdefault(name.lower(), name), []).append(value)
    return {name: ",".join(given) for name, given in values.items()}
