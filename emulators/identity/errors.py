"""Error answers of the endpoint: `{"statusCode", "message", "correlationId"}`.

https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference documents
no error body; these are the fields that the client libraries read.
"""

import uuid

from aiohttp import web

from emulators.refusals import not_covered as message_of


def refused(status: int, message: str) -> web.Response:
    """Return the endpoint's error answer with *status* and *message*."""
    body = {"statusCode": status, "message": message, "correlationId": str(uuid.uuid4())}
    return web.json_response(body, status=status)


def not_covered(request: str) -> web.Response:
    """Return 501 for a documented *request* that is not covered; also logs it."""
    return refused(501, message_of("identity", request))
