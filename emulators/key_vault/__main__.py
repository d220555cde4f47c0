"""`python -m emulators.key_vault`: one vault over TLS.

https://learn.microsoft.com/azure/key-vault/general/overview
"""

from aiohttp import web

from emulators import ports
from emulators.key_vault.responses import Secrets, error_answers
from emulators.key_vault.state import Vault
from emulators.key_vault.urls import routes
from emulators.serving import Options, main


def build(options: Options) -> web.Application:
    """Return the vault with its secrets under the state folder in *options*."""
    folder = options.folder("key_vault")
    folder.chmod(0o700)
    app = web.Application(middlewares=[error_answers])
    app.add_routes(routes(Secrets(options.state, Vault(folder / "secrets.json"))))
    return app


if __name__ == "__main__":
    main(ports.KEY_VAULT, "Azure Key Vault's secrets, on this machine.", build)
