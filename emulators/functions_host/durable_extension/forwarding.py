"""The HTTP API of Durable Functions of this host, forwarded to the extension, whose own has no key.

https://learn.microsoft.com/azure/azure-functions/durable/durable-functions-http-api
"""

import json
from typing import Any

import aiohttp
from aiohttp import web
from yarl import URL

from emulators.functions_host.durable.management.management_urls import WEBHOOKS, ManagementUrls
from emulators.functions_host.keys import PARAMETER, Keys, given_key

ASKED = ("Content-Type", "x-ms-continuation-token")
ANSWERED = ("Content-Type", "Retry-After", "x-ms-continuation-token")
STATUS_LINK = "statusQueryGetUri"


class Forwarding:
    """Asks the extension what a caller with the key asks, and answers with this host's addresses."""

    def __init__(self, keys: Keys, urls: ManagementUrls) -> None:
        self._keys, self._urls = keys, urls

    async def public(self, request: web.Request) -> web.StreamResponse:
        """Answer a caller with the system key or the master key; any other caller gets 401."""
        if not self._keys.opens_webhooks(given_key(request.headers, request.query)):
            return web.Response(status=401)
        path = request.rel_url.raw_path.removeprefix(f"{WEBHOOKS}/")
        query = [(name, value) for name, value in request.query.items() if name != PARAMETER]
        url = URL(f"{self._urls.rpc}{path}", encoded=True).with_query(query)
        headers = {name: request.headers[name] for name in ASKED if name in request.headers}
        body = await request.read()
        async with (
            aiohttp.ClientSession() as session,
            session.request(request.method, url, headers=headers, data=body) as answer,
        ):
            return self._forwarded(request, answer, await answer.read())

    def _forwarded(
        self, request: web.Request, answer: aiohttp.ClientResponse, body: bytes
    ) -> web.StreamResponse:
        headers = {name: answer.headers[name] for name in ANSWERED if name in answer.headers}
        if "Location" in answer.headers:
            headers["Location"] = str(request.url)
        started = _object(body)
        if STATUS_LINK in started:
            links = self._urls.of(started["id"], f"{request.scheme}://{request.host}")
            headers["Location"] = links[STATUS_LINK]
            body = json.dumps(links).encode()
        return web.Response(status=answer.status, headers=headers, body=body)


def _object(body: bytes) -> dict[str, Any]:
    """Return the JSON object in *body*, an empty one if there is none."""
    try:
        content = json.loads(body)
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}
