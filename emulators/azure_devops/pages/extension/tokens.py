"""Gives the host script the tokens that `SDK.getAccessToken` and `SDK.getAppToken` return.

Only a page of this server gets them: the request needs the page's own `Origin` and the token of the process.
https://learn.microsoft.com/azure/devops/extend/develop/auth
"""

import json

from aiohttp import web

from emulators.azure_devops.core.services import Services
from emulators.azure_devops.core.state import JSON
from emulators.azure_devops.organization import extension_tokens
from emulators.azure_devops.pages.extension.host import person
from emulators.azure_devops.pages.forms.origin import is_form_token, is_same_origin
from emulators.extension import mint_app_token
from emulators.extension_manifest import read_extension

ACCESS = "access"
KINDS = (ACCESS, "app")
MAX_BODY_BYTES = 4096
FOREIGN = "The tokens are for pages of this server. Reload the page."


async def send_token(services: Services, request: web.Request) -> web.Response:
    """Answer `{kind, person, token}` with `{value}`: an access token of the person, or an app token."""
    wanted = await _wanted(request)
    if wanted is None:
        return web.json_response({"message": FOREIGN}, status=403)
    kind = wanted.get("kind")
    if kind not in KINDS:
        return web.json_response({"message": f"The kind must be {' or '.join(KINDS)}."}, status=400)
    source, viewer = services.extension, person(services.state, str(wanted.get("person", "")))
    extension = read_extension(source.folder) if source else None
    if extension is None:
        return web.json_response({"message": "No extension is installed."}, status=404)
    if kind == ACCESS:
        try:
            token = extension_tokens.issue(services.state, viewer, list(extension.scopes))
        except ValueError as error:
            return web.json_response({"message": f"The manifest is wrong: {error}."}, status=400)
        return web.json_response({"value": token})
    return web.json_response({"value": mint_app_token(services.state.tokens, viewer.id)})


async def _wanted(request: web.Request) -> JSON | None:
    """Return the body of a request from a page of this server, else None."""
    if not is_same_origin(request) or request.content_type != "application/json":
        return None
    if request.content_length is None or request.content_length > MAX_BODY_BYTES:
        return None
    try:
        body = json.loads(await request.read())
    except ValueError:
        return None
    if not isinstance(body, dict) or not is_form_token(str(body.get("token", ""))):
        return None
    return body
