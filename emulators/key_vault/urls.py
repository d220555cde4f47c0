"""The vault's routes: https://learn.microsoft.com/rest/api/keyvault/secrets/operation-groups."""

from aiohttp import web

from emulators.key_vault.operations import NOT_SERVED
from emulators.key_vault.requests import PAGING, Handler, Operation
from emulators.key_vault.responses import Secrets

VERSION = "/secrets/{name}/{version:[^/]*}"


def served(secrets: Secrets) -> list[tuple[str, str, Operation, Handler]]:
    """Return method, path, operation and handler of the served operations; paths may omit a version."""
    return [
        ("GET", "/secrets", Operation("Get Secrets", PAGING), secrets.list),
        ("PUT", "/secrets/{name}", Operation("Set Secret"), secrets.set),
        ("DELETE", "/secrets/{name}", Operation("Delete Secret"), secrets.delete),
        ("GET", "/secrets/{name}/versions", Operation("Get Secret Versions", PAGING), secrets.versions),
        ("GET", "/secrets/{name}", Operation("Get Secret"), secrets.get),
        ("GET", VERSION, Operation("Get Secret"), secrets.get),
        ("PATCH", VERSION, Operation("Update Secret"), secrets.update),
        ("GET", "/deletedsecrets", Operation("Get Deleted Secrets", PAGING), secrets.list_deleted),
        ("GET", "/deletedsecrets/{name}", Operation("Get Deleted Secret"), secrets.get_deleted),
        ("POST", "/deletedsecrets/{name}/recover", Operation("Recover Deleted Secret"), secrets.recover),
        ("DELETE", "/deletedsecrets/{name}", Operation("Purge Deleted Secret"), secrets.purge),
    ]


def routes(secrets: Secrets) -> list[web.RouteDef]:
    """Return the routes of one vault; HEAD is not a method of any of them."""
    refused = [(method, path, Operation(name), None) for method, path, name in NOT_SERVED]
    return [
        web.route(
            method,
            path,
            secrets.handler(operation, handler),
            **({"allow_head": False} if method == "GET" else {}),
        )
        for method, path, operation, handler in [*served(secrets), *refused]
    ]
