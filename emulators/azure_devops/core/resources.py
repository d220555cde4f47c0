"""A resource of the REST API: its entry in the catalogue, and the functions that answer its operations.

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

    Without *body* the members are not checked: the operation takes back what it answered before.
    """

    answer: Answer
    query: Readable = field(default_factory=dict)
    body: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Resource:
    """A resource as the catalogue has it, and the operations of it that are served, by name.

    Clients put their arguments into the template by name and drop the parts they have no argument for, so
    its parameters are those of Microsoft's list.
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
        """The operations that are served; raises KeyError for one that is in no list."""
        return {OPERATIONS[self.area.lower(), name]: route for name, route in self.routes.items()}

    def location(self) -> JSON:
        """Return the entry of the catalogue."""
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
