"""The objects that all calls share: state, Git objects, hooks, merging, agent, the app's runs, extension.

Service hooks, merging, agent and runs are Protocols here, so that services need not import each other.
https://learn.microsoft.com/rest/api/azure/devops
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from emulators.azure_devops.core.state import JSON, Identity, Project, Repository, State
from emulators.azure_devops.storage.git_objects import Objects


@dataclass(frozen=True, slots=True)
class Event:
    """An event: its texts, its resource by version, and the check of a subscription's filters."""

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
        """Queue *event* for every matching subscription; returns at once."""

    async def send_test(self, subscription: JSON, payload: JSON) -> JSON:
        """Send one notification at once, without retries, and return its record."""


class Merging(Protocol):
    """Merges pull requests: attempts a merge after each change, and completes pull requests."""

    def schedule(self, number: int, url: str) -> None:
        """Schedule an attempt to merge a pull request; returns at once."""

    async def complete(self, pull_request: JSON, by: str, url: str) -> JSON:
        """Merge a pull request into its target; raises 409 when it conflicts or a branch has moved."""

    def pushed(self, repository: Repository, ref: str, tip: str, by: Identity, url: str) -> None:
        """Add an iteration to each active pull request from *ref*, whose tip is now *tip*."""

    def branch_moved(self, repository: Repository, ref: str, url: str) -> None:
        """Retry the merge of every pull request into *ref*."""

    def policies_changed(self, number: int, url: str) -> None:
        """Check again whether the policies let a waiting pull request complete."""


class Runs(Protocol):
    """Reads the runs of the app for the pages."""

    async def read(self, path: str = "") -> JSON | None:
        """Return the app's answer for *path* below its list of runs, or None if the run is unknown.

        Raises `LookupError` with the reason when the app does not answer.
        """


class Agent(Protocol):
    """Executes the runs of pipelines."""

    def start(self, run: JSON, secrets: Mapping[str, str], url: str) -> None:
        """Execute a run in the background; *secrets* are its secret variables; returns at once."""

    def cancel(self, run_id: int) -> None:
        """Cancel a run; returns at once."""


@dataclass(frozen=True, slots=True)
class ExtensionSource:
    """The extension that the pages host: its folder, and the origin of its files."""

    folder: Path
    files_url: str


@dataclass(frozen=True, slots=True)
class Services:
    """The objects that all calls share; `runs` and `extension` are None if none is configured."""

    state: State
    objects: Objects
    hooks: Hooks
    merging: Merging
    agent: Agent
    runs: Runs | None = None
    extension: ExtensionSource | None = None
