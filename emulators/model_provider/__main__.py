"""Start the scripted model provider: `python -m emulators.model_provider`.

https://docs.aiohttp.org/en/stable/web_advanced.html
"""

from collections.abc import Sequence

from aiohttp import web

from emulators.model_provider.responses import STATE, check_key
from emulators.model_provider.state import State, ensure_key
from emulators.model_provider.urls import routes
from emulators.ports import MODEL_PROVIDER
from emulators.serving import Options, options_of, parser, run

MAX_REQUEST_BYTES = 64 << 20


def build(options: Options, key: str = "") -> web.Application:
    """Return the application; its key is *key*, or a generated one under the state folder."""
    app = web.Application(client_max_size=MAX_REQUEST_BYTES, middlewares=[check_key])
    app[STATE] = State(key or ensure_key(options.folder(MODEL_PROVIDER.name)))
    app.add_routes(routes())
    return app


def main(argv: Sequence[str] | None = None) -> None:
    """Serve until SIGINT or SIGTERM."""
    arguments = parser(MODEL_PROVIDER, "A scripted model that speaks the providers' dialects.")
    arguments.add_argument("--key", default="", help="the key to accept, instead of the one in state")
    parsed = arguments.parse_args(argv)
    options = options_of(MODEL_PROVIDER, parsed)
    run(MODEL_PROVIDER, options, build(options, parsed.key))


if __name__ == "__main__":
    main()
