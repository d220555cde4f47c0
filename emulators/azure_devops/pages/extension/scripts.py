"""The scripts of the pages that host the extension, plain modules that need no build.

https://developer.mozilla.org/docs/Web/JavaScript/Guide/Modules
"""

from pathlib import Path

from aiohttp import web

from emulators.azure_devops.core import errors
from emulators.azure_devops.pages.parts.layout import HEADERS

SCRIPTS = {path.name: path for path in Path(__file__).with_name("scripts").glob("*.js")}


def send_script(name: str) -> web.Response:
    """Answer with the script *name*; raises 404 for any other."""
    if name not in SCRIPTS:
        raise errors.no_controller(name)
    text = SCRIPTS[name].read_text("utf-8")
    return web.Response(text=text, content_type="text/javascript", charset="utf-8", headers=HEADERS)
