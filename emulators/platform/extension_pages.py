"""The extension of a platform: its pages may call this platform's app only, so each platform builds its own.

https://learn.microsoft.com/azure/devops/extend/develop/manifest
"""

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence

from emulators.extension_manifest import BUILT_FOLDER, DEFAULT_FOLDER, MANIFEST, SOURCE_FOLDER
from emulators.platform.plan import Plan
from emulators.platform.processes import PlatformError
from emulators.ports import FUNCTIONS_HOST

BUNDLER = DEFAULT_FOLDER / "node_modules" / "esbuild"
BUILD = DEFAULT_FOLDER / "stage.mjs"
SECONDS = 60
SHOWN_CHARACTERS = 1_000
PLACE = "the button Autocoder on work items"


def place_manifest(plan: Plan) -> None:
    """Copy the extension's manifest, so that the pages can say what is missing until they are built."""
    folder = plan.extension / SOURCE_FOLDER
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    shutil.copyfile(DEFAULT_FOLDER / SOURCE_FOLDER / MANIFEST, folder / MANIFEST)


def missing() -> str | None:
    """Return what keeps the extension from being built here and the next step, or None."""
    if shutil.which("node") is None:
        return "Node 20 or newer is not installed: install it (https://nodejs.org)"
    if not BUNDLER.is_dir():
        return "the extension's packages are not installed: run npm ci --prefix extension"
    return None


def build_pages(plan: Plan) -> str:
    """Build the extension for the app of *plan*; returns where it is. Raises `PlatformError`."""
    hosts = FUNCTIONS_HOST.url(plan.base_port).partition("://")[2]
    command = [str(BUILD), str(plan.extension / BUILT_FOLDER)]
    run_build("pages of the extension", command, {"EXTENSION_FUNCTION_HOSTS": hosts})
    return PLACE


def try_to_build(plan: Plan) -> str:
    """Build the extension if possible; returns where it is, or why it is not there and what to do."""
    try:
        return build_pages(plan)
    except PlatformError as error:
        return f"not built. {error}\nThen, with the platform up: make extension-pages"


def run_build(what: str, command: Sequence[str], environment: Mapping[str, str] | None = None) -> None:
    """Run Node with *command*, which builds *what*.

    Raises `PlatformError` that names the cause and the next step.
    """
    reason = missing()
    if reason is not None:
        raise PlatformError(f"The {what} cannot be built: {reason}.")
    try:
        done = subprocess.run(
            ["node", *command],
            check=False,
            cwd=DEFAULT_FOLDER,
            env={**os.environ, **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=SECONDS,
        )
    except subprocess.TimeoutExpired:
        raise PlatformError(f"The {what} were not built within {SECONDS:g} s. Try again.") from None
    if done.returncode != 0:
        last = done.stdout.decode(errors="replace").strip()[-SHOWN_CHARACTERS:]
        raise PlatformError(f"The {what} cannot be built. Correct this and try again:\n{last}")
