"""`python -m emulators.identity`: the managed identity endpoint.

https://learn.microsoft.com/azure/app-service/overview-managed-identity#connect-to-azure-services-in-app-code
"""

from aiohttp import web

from emulators import ports, tokens
from emulators.identity.responses import TokenEndpoint
from emulators.identity.state import identity_header
from emulators.identity.urls import routes
from emulators.serving import Options, main


def build(options: Options) -> web.Application:
    """Return the endpoint with its keys under the state folder in *options*."""
    tokens.signing_key(options.state)
    app = web.Application()
    app.add_routes(routes(TokenEndpoint(options.state, identity_header(options.state))))
    return app


if __name__ == "__main__":
    main(ports.IDENTITY, "The managed identity endpoint of App Service, on this machine.", build)
