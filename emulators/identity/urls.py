"""The endpoint's one route."""

from aiohttp import web

from emulators.identity.responses import TokenEndpoint

PATH = "/msi/token"


def routes(endpoint: TokenEndpoint) -> list[web.RouteDef]:
    """Return the routes of *endpoint*; documentation writes the path with and without a slash at its end."""
    return [web.get(PATH, endpoint.token), web.get(PATH + "/", endpoint.token)]
