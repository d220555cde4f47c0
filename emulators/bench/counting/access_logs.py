"""Counts what the services answered during a measurement, by the access logs that they write themselves.

Nothing in the app is asked, so that the figures stay comparable however the app is written.

https://en.wikipedia.org/wiki/Common_Log_Format
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from emulators.platform.plan import Plan
from emulators.platform.running import STORAGE
from emulators.ports import AZURE_DEVOPS, AZURE_RESOURCE_MANAGER

LOGGED = (STORAGE, AZURE_DEVOPS.name, AZURE_RESOURCE_MANAGER.name)
LINE = re.compile(r'"([A-Z]+) (\S+) HTTP/1\.[01]" \d{3} ')
CONTROL = "/_control/"


@dataclass(frozen=True, slots=True)
class Request:
    """A request that a service answered."""

    method: str
    path: str
    query: str

    @property
    def has_signature(self) -> bool:
        """Whether a shared access signature allowed it: containers have those, the app has tokens."""
        return "sig=" in self.query

    @property
    def is_clone(self) -> bool:
        """Whether Git read a repository with it, which only containers do."""
        return "git-upload-pack" in self.path or "git-upload-pack" in self.query


@dataclass(frozen=True, slots=True)
class Traffic:
    """The requests that each service answered, by its name."""

    requests: Mapping[str, tuple[Request, ...]]

    def count(self, service: str, wanted: Callable[[Request], bool] = lambda _: True) -> int:
        """Return how many *wanted* requests the *service* answered."""
        return sum(1 for request in self.requests[service] if wanted(request))


class AccessLogs:
    """The access logs of the platform of *plan*, which must be on: `access_logs=LOGGED`."""

    def __init__(self, plan: Plan) -> None:
        self._files = {name: plan.log(name) for name in LOGGED}

    def position(self) -> dict[str, int]:
        """Return where each log ends now."""
        return {name: file.stat().st_size for name, file in self._files.items()}

    def since(self, position: Mapping[str, int]) -> Traffic:
        """Return what was logged behind *position*."""
        return Traffic({name: self._requests(name, start) for name, start in position.items()})

    def _requests(self, name: str, start: int) -> tuple[Request, ...]:
        with self._files[name].open("rb") as file:
            file.seek(start)
            return read(file.read().decode(errors="replace"))


def read(text: str) -> tuple[Request, ...]:
    """Return the requests in the *text* of an access log, without those for control routes."""
    found = (LINE.search(line) for line in text.splitlines())
    requests = (_request(match[1], match[2]) for match in found if match)
    return tuple(request for request in requests if not request.path.startswith(CONTROL))


def _request(method: str, target: str) -> Request:
    parts = urlsplit(target)
    return Request(method, parts.path, parts.query)
