"""The routes of all operations of the providers, and of the control calls.

https://docs.aiohttp.org/en/stable/web_quickstart.html#resources-and-routes
"""

from functools import partial

from aiohttp import web

from emulators.model_provider import control
from emulators.model_provider.providers import PROVIDERS
from emulators.model_provider.responses import not_found, serve


def routes() -> list[web.RouteDef]:
    """Return one route for each method and path, which several providers may share."""
    known = dict.fromkeys((one.method, one.path) for provider in PROVIDERS for one in provider.operations)
    return [
        *(web.route(method, path, partial(serve, method, path)) for method, path in known),
        web.post("/_control/conversations", control.add_conversation),
        web.get("/_control/conversations", control.list_conversations),
        web.get("/_control/requests", control.list_requests),
        web.delete("/_control/requests", control.list_requests),
        web.route("*", "/_control/failures", control.plan_failures),
        web.route("*", "/{path:.*}", not_found),
    ]
