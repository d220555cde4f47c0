"""Serve a Functions app: `python -m emulators.functions_host --app DIR --settings local.settings.json`.

It replaces `func start`: https://learn.microsoft.com/azure/azure-functions/functions-core-tools-reference#func-start
"""

import argparse
import gc
import os
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path

from emulators import ports, serving
from emulators.functions_host import logs
from emulators.functions_host.errors import HostError
from emulators.functions_host.host_json import read_host_settings
from emulators.functions_host.settings import Cors, apply_local_settings, durable_extension
from emulators.functions_host.urls import build, worker_environment
from emulators.functions_host.worker.loader import load_app

EMULATOR = ports.FUNCTIONS_HOST
PURPOSE = "Serve the function_app.py of a folder, with Durable Functions on SQLite."
LOCAL_SETTINGS = "local.settings.json"


def arguments() -> argparse.ArgumentParser:
    """Return the common arguments, plus the app's folder and its settings."""
    parser = serving.parser(EMULATOR, PURPOSE)
    parser.add_argument("--app", type=Path, default=Path(), help="folder of function_app.py (.)")
    parser.add_argument(
        "--settings", type=Path, help=f"the app's settings ({LOCAL_SETTINGS} in its folder, if there is one)"
    )
    parser.add_argument(
        "--durable-extension",
        type=Path,
        metavar="PROGRAM",
        help="the Durable extension, which then keeps the orchestrations in AzureWebJobsStorage",
    )
    return parser


def quiet_sdk() -> None:
    """Suppress warnings that the Durable SDK prints in normal operation."""
    warnings.filterwarnings("ignore", "Potential duplicate Task")  # printed for every event before its wait
    warnings.filterwarnings("ignore", "azure.functions df_loads")


def main(argv: Sequence[str] | None = None) -> None:
    """Load the app and serve it until SIGINT or SIGTERM; exits 1 with the reason when it cannot be loaded."""
    parsed = arguments().parse_args(argv)
    options = serving.options_of(EMULATOR, parsed)
    folder = parsed.app.absolute()
    settings = parsed.settings.absolute() if parsed.settings else folder / LOCAL_SETTINGS
    logs.configure()
    quiet_sdk()
    try:
        given = parsed.settings or settings.exists()
        cors = apply_local_settings(settings, os.environ) if given else Cors()
        for name, value in worker_environment(options).items():
            os.environ.setdefault(name, value)
        extension = durable_extension(parsed.durable_extension, os.environ)
        host_settings = read_host_settings(folder, with_extension=extension is not None)
        os.chdir(folder)
        application = build(load_app(folder), host_settings, options, cors, extension)
        gc.freeze()  # imported objects are never garbage
        serving.run(EMULATOR, options, application)
    except HostError as error:
        sys.exit(f"{EMULATOR.name} cannot serve {folder}: {error}")
    sys.stdout.flush()
    os._exit(0)  # a synchronous function that is still running would keep the interpreter alive


if __name__ == "__main__":
    main()
