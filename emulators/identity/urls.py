"""The one route: https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference."""

from aiohttp import web

from emulators.identity.responses import TokenEndpoint

PATH = "/msi/token"


def routes(endpoint: TokenEndpoint) -> list[web.RouteDef]:
    """Return the routes of *endpoint*; the documentation uses the path with and without a trailing slash."""
    return [web.get(path, endpoint.token, allow_head=False) for path in (PATH, PATH + "/")]
