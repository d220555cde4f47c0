"""The vault's routes."""

from aiohttp import web

from emulators.key_vault.responses import Secrets


def routes(secrets: Secrets) -> list[web.RouteDef]:
    """Return the routes of one vault; a path may end with a slash where a version is left out."""
    return [
        web.get("/secrets", secrets.list),
        web.put("/secrets/{name}", secrets.set),
        web.delete("/secrets/{name}", secrets.delete),
        web.get("/secrets/{name}/versions", secrets.versions),
        web.get("/secrets/{name}", secrets.get),
        web.get("/secrets/{name}/{version:[^/]*}", secrets.get),
        web.patch("/secrets/{name}/{version:[^/]*}", secrets.update),
        web.get("/deletedsecrets/{name}", secrets.get_deleted),
        web.post("/deletedsecrets/{name}/recover", secrets.recover),
        web.delete("/deletedsecrets/{name}", secrets.purge),
    ]
