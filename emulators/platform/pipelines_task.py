"""The built pipelines task of this checkout.

https://learn.microsoft.com/azure/devops/extend/develop/add-build-task
"""

import shutil
import subprocess

from emulators.platform.processes import ROOT, PlatformError

EXTENSION = ROOT / "extension"
BUILT = EXTENSION / "dist" / "task" / "task.json"
BUNDLER = EXTENSION / "node_modules" / "esbuild"
SHOWN_CHARACTERS = 1_000


def ensure_built() -> None:
    """Build the task if its packages are installed; raises `PlatformError` when there is none afterwards."""
    node = shutil.which("node")
    if node is None:
        raise PlatformError(
            "The pipelines task needs Node 20 or newer, which is not on the PATH. Install it "
            "(https://nodejs.org) and try again."
        )
    if BUNDLER.is_dir():
        _build(node)
    if not BUILT.is_file():
        raise PlatformError(
            "The pipelines task is not built, because the extension's packages are not installed.\n"
            "Run: npm ci --prefix extension\nThen try again."
        )


def _build(node: str) -> None:
    done = subprocess.run([node, "build.mjs"], cwd=EXTENSION, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise PlatformError(
            f"The pipelines task cannot be built. Run: npm run build --prefix extension\n"
            f"{done.stderr.strip()[-SHOWN_CHARACTERS:]}"
        )
