"""Serve the extension's files: `python -m emulators.extension_files`.

Azure DevOps loads an extension's pages from the Marketplace's content network, an origin of its own. Only
files that the manifest calls addressable have an address:
https://learn.microsoft.com/azure/devops/extend/develop/manifest#files
"""

import argparse
import mimetypes
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from aiohttp import web

from emulators import serving
from emulators.extension_manifest import BUILD_COMMAND, BUILT_FOLDER, DEFAULT_FOLDER, read_extension
from emulators.loopback import is_local
from emulators.ports import EXTENSION_FILES

PURPOSE = "The built files of the extension, on an origin of their own."
NOT_BUILT = f"The extension has no such file. Build its pages with: {BUILD_COMMAND}\n"
FOREIGN = "The files are for a browser on this machine.\n"
HEADERS = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}


def build(folder: Path) -> web.Application:
    """Return the application that serves the extension in *folder*, which may be built later."""

    async def serve(request: web.Request) -> web.StreamResponse:
        if not is_local(request):
            return web.Response(status=403, text=FOREIGN, headers=HEADERS)
        file = addressable_file(folder, request.match_info["path"])
        if file is None:
            return web.Response(status=404, text=NOT_BUILT, headers=HEADERS)
        kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        return web.FileResponse(file, headers={**HEADERS, "Content-Type": kind})

    app = web.Application()
    app.router.add_get("/{path:.*}", serve)
    return app


def addressable_file(folder: Path, name: str) -> Path | None:
    """Return the built file *name*, or None unless the manifest of the extension makes it addressable."""
    extension, path = read_extension(folder), PurePosixPath(name)
    if extension is None or path.is_absolute() or ".." in path.parts or "\0" in name:
        return None
    if not any(path.is_relative_to(allowed) for allowed in extension.addressable):
        return None
    built = (folder / BUILT_FOLDER).resolve()
    file = (built / path).resolve()
    return file if file.is_relative_to(built) and file.is_file() else None


def arguments() -> argparse.ArgumentParser:
    """Return the common arguments, plus the folder of the extension."""
    parser = serving.parser(EXTENSION_FILES, PURPOSE)
    parser.add_argument("--extension", type=Path, default=DEFAULT_FOLDER, help="folder of the extension")
    return parser


def main(argv: Sequence[str] | None = None) -> None:
    """Serve until SIGINT or SIGTERM; exits 1 when the port is taken."""
    parsed = arguments().parse_args(argv)
    options = serving.options_of(EXTENSION_FILES, parsed)
    serving.run(EXTENSION_FILES, options, build(parsed.extension.absolute()))


if __name__ == "__main__":
    main()
