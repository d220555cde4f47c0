"""A resource of the REST API: its id in the catalogue, its path, and who answers."""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from aiohttp import web

from emulators.azure_devops.core.calls import Call
from emulators.azure_devops.core.state import JSON

Answer = Callable[[Call], Awaitable[web.StreamResponse]]
Scope = Literal["organization", "project", "either"]
_PART = re.compile(r"/?\{(\w+)([?*]*)\}")


@dataclass(frozen=True)
class Resource:
    """How it is called in the catalogue, where it is, what its methods need and who answers.

    The path starts after organisation and project; `{name?}` may be left out, `{name?*}` takes slashes too.

    `reading` and `writing` are the scopes of a token; a method `LIST` is GET without the last, optional part.
    """

    id: str
    area: str
    name: str
    path: str
    version: int
    methods: Mapping[str, Answer]
    reading: str = ""
    writing: str = ""
    scope: Scope = "either"
    preview: bool = False

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """The expression that the path after organisation and project has to match, in any case."""
        pieces, end = [], 0
        for part in _PART.finditer(self.path):
            pieces.append(re.escape(self.path[end : part.start()]))
            value = ".+" if "*" in part[2] else "[^/]+"
            slash = "/" if part[0].startswith("/") else ""
            pieces.append(f"(?:{slash}(?P<{part[1]}>{value}))" + ("?" if "?" in part[2] else ""))
            end = part.end()
        return re.compile("".join(pieces) + re.escape(self.path[end:]) + "/?", re.IGNORECASE)

    def handler(self, method: str, arguments: Mapping[str, str]) -> Answer | None:
        """Return who answers *method*."""
        names = [part[1] for part in _PART.finditer(self.path) if "?" in part[2]]
        if method in ("GET", "HEAD") and names and names[-1] not in arguments and "LIST" in self.methods:
            return self.methods["LIST"]
        return self.methods.get("GET" if method == "HEAD" else method)

    def location(self) -> JSON:
        """Return the entry of the catalogue."""
        template = _PART.sub(
            lambda part: part[0].replace("?", "").replace(f"{part[1]}*", f"*{part[1]}"), self.path
        )
        prefix = "" if self.scope == "organization" else "{project}/"
        return {
            "id": self.id,
            "area": self.area,
            "resourceName": self.name,
            "routeTemplate": prefix + template,
            "resourceVersion": self.version,
            "minVersion": "1.0",
            "maxVersion": "7.2",
            "releasedVersion": "0.0" if self.preview else "7.1",
        }
