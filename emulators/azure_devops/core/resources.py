"""A resource of the REST API: its catalogue entry, and the functions that answer its operations.

https://learn.microsoft.com/rest/api/azure/devops
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from aiohttp import web

from emulators.azure_devops.core.calls import Call
from emulators.azure_devops.core.operations import OPERATIONS, Operation
from emulators.azure_devops.core.queries import Readable
from emulators.azure_devops.core.state import JSON

Answer = Callable[[Call], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Route:
    """The function that answers an operation, and the query parameters and body members that it reads.

    Without *body* the members are not checked, because clients send back the whole object that they read.
    """

    answer: Answer
    query: Readable = field(default_factory=dict)
    body: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Resource:
    """A resource of the catalogue, and its served operations by name.

    Clients fill the template by parameter name and drop the parts without an argument, so it uses the
    parameter names of Microsoft's list.
    """

    id: str
    area: str
    name: str
    template: str
    version: int
    routes: Mapping[str, Route]
    preview: bool = False

    @property
    def operations(self) -> dict[Operation, Route]:
        """The served operations; raises KeyError for one that neither list of operations contains."""
        return {OPERATIONS[self.area.lower(), name]: route for name, route in self.routes.items()}

    def location(self) -> JSON:
        """Return the catalogue entry."""
        return {
            "id": self.id,
            "area": self.area,
            "resourceName": self.name,
            "routeTemplate": self.template,
            "resourceVersion": self.version,
            "minVersion": "1.0",
            "maxVersion": "7.2",
            "releasedVersion": "0.0" if self.preview else "7.1",
        }
