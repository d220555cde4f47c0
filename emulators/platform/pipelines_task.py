"""The built pipelines task of this checkout.

https://learn.microsoft.com/azure/devops/extend/develop/add-build-task
"""

from emulators.platform.extension_pages import run_build


def ensure_built() -> None:
    """Build the task; raises `PlatformError` that names the cause and the next step."""
    run_build("files of the pipelines task", ["build.mjs"])
