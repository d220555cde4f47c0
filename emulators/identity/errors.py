"""What the endpoint answers when it gives no token: `{"statusCode", "message", "correlationId"}`."""

import uuid

from aiohttp import web


def refused(status: int, message: str) -> web.Response:
    """Return the endpoint's error answer with *status* and *message*."""
    body = {"statusCode": status, "message": message, "correlationId": str(uuid.uuid4())}
    return web.json_response(body, status=status)
