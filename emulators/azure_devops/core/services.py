"""What the calls of all services share: the state, Git objects, service hooks, and merging.

Service hooks and merging are Protocols here, so that no service has to import another one to reach them.
https://learn.microsoft.com/rest/api/azure/devops
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from emulators.azure_devops.core.state import JSON, Identity, Project, Repository, State
from emulators.azure_devops.storage.git_objects import Objects


@dataclass(frozen=True, slots=True)
class Event:
    """An event: its texts, its resource by version, and which filters accept it."""

    type: str
    project: Project
    url: str
    text: str
    html: str
    markdown: str
    details: tuple[str, str, str]
    resource: Callable[[str], JSON]
    accepts: Callable[[JSON], bool]


class Hooks(Protocol):
    """Delivers events to the web hooks that subscribe to them."""

    def publish(self, event: Event) -> None:
        """Queue *event* for every subscription that wants it; returns at once."""

    async def send_test(self, subscription: JSON, payload: JSON) -> JSON:
        """Send one notification now, once, and return its record."""


class Merging(Protocol):
    """Merges pull requests: attempts it after changes, and completes them."""

    def schedule(self, number: int, url: str) -> None:
        """Attempt the merge of a pull request soon; returns at once."""

    async def complete(self, pull_request: JSON, by: str, url: str) -> JSON:
        """Merge a pull request into its target; raises 409 when it conflicts or a branch has moved."""

    def pushed(self, repository: Repository, ref: str, tip: str, by: Identity, url: str) -> None:
        """Give the active pull requests from *ref*, whose tip is now *tip*, their next iteration."""

    def branch_moved(self, repository: Repository, ref: str, url: str) -> None:
        """Attempt again the merge of every pull request into *ref*."""

    def policies_changed(self, number: int, url: str) -> None:
        """Check again whether a pull request that waits for its policies may complete."""


class Runs(Protocol):
    """Reads the runs of the app that works on this organisation, for the pages that show them."""

    async def read(self, path: str = "") -> JSON | None:
        """Return the app's answer for *path* below its list of runs, None when it knows no such run.

        Raises `LookupError` with the reason when the app gives no answer.
        """


@dataclass(frozen=True, slots=True)
class Services:
    """The running parts that calls share; `runs` is None where no app is known."""

    state: State
    objects: Objects
    hooks: Hooks
    merging: Merging
    runs: Runs | None = None
