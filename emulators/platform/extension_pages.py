"""The extension of a platform: its pages may call this platform's app only, so each platform builds its own.

https://learn.microsoft.com/azure/devops/extend/develop/manifest
"""

import os
import shutil
import subprocess

from emulators.extension_manifest import BUILT_FOLDER, DEFAULT_FOLDER, MANIFEST, SOURCE_FOLDER
from emulators.platform.plan import Plan
from emulators.ports import FUNCTIONS_HOST

BUNDLER = DEFAULT_FOLDER / "node_modules" / "esbuild"
BUILD = DEFAULT_FOLDER / "stage.mjs"
SECONDS = 60


def place_manifest(plan: Plan) -> None:
    """Copy the extension's manifest, so that the pages can say what is missing until they are built."""
    folder = plan.extension / SOURCE_FOLDER
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    shutil.copyfile(DEFAULT_FOLDER / SOURCE_FOLDER / MANIFEST, folder / MANIFEST)


def can_build() -> bool:
    """Whether Node and the extension's packages are installed."""
    return shutil.which("node") is not None and BUNDLER.is_dir()


def build_pages(plan: Plan) -> str:
    """Build the extension for the app of *plan*, if possible; returns where it is, or how to get it."""
    if not can_build():
        return "not built; this installs what it needs and builds it: make extension-pages"
    hosts = FUNCTIONS_HOST.url(plan.base_port).partition("://")[2]
    command = ["node", str(BUILD), str(plan.extension / BUILT_FOLDER)]
    environment = {**os.environ, "EXTENSION_FUNCTION_HOSTS": hosts}
    log = plan.log("extension_pages")
    with log.open("w") as output:
        try:
            subprocess.run(
                command, check=True, env=environment, stdout=output, stderr=output, timeout=SECONDS
            )
        except subprocess.SubprocessError:
            return f"not built, see {log}"
    return "the button Autocoder on work items"
