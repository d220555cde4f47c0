"""What a soak left, as people and operators see it: runs, comments, pull requests, and what is still held.

https://learn.microsoft.com/rest/api/azure/devops/git/pull-requests/get-pull-requests
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from emulators.platform.app_settings import PROJECT, REPOSITORY
from emulators.platform.clients.app import App
from emulators.platform.clients.person import Person
from emulators.soak.access import Access

JSON = dict[str, Any]
MANY = 10_000
MAX_RUNS = 200  # of one work item in one answer


@dataclass(frozen=True, slots=True)
class PullRequest:
    """A pull request: its number, its texts, and the work items that it is linked with."""

    id: int
    text: str
    work_items: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """A work item: whether a run was accepted, how many agents began, and all that came of it."""

    id: int
    is_accepted: bool
    begun: int
    runs: tuple[JSON, ...]
    comments: tuple[str, ...]
    pull_requests: tuple[PullRequest, ...]


@dataclass(frozen=True, slots=True)
class Held:
    """What is held for runs: container groups, their processes, places, tickets and active claims."""

    groups: tuple[str, ...] = ()
    processes: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    tickets: tuple[str, ...] = ()
    active: tuple[str, ...] = ()

    def names(self) -> dict[str, tuple[str, ...]]:
        """Return what is held, by what people call it."""
        return {
            "container groups": self.groups,
            "processes of containers": self.processes,
            "places": self.places,
            "tickets": self.tickets,
            "work items held by a run": self.active,
        }

    def is_empty(self) -> bool:
        """Whether nothing is held."""
        return not any(self.names().values())


def pull_requests(person: Person) -> dict[str, PullRequest]:
    """Return every pull request of the sample's repository by its branch; raises `PlatformError`."""
    path = f"{PROJECT}/_apis/git/repositories/{REPOSITORY}/pullrequests"
    listed = person.ask("GET", path, params={"searchCriteria.status": "all", "$top": MANY})["value"]
    return {f"{one['sourceRefName']} {one['pullRequestId']}": _pull_request(person, one) for one in listed}


def _pull_request(person: Person, listed: JSON) -> PullRequest:
    """Return a pull request with its whole description, which the list cuts."""
    number = int(listed["pullRequestId"])
    whole = person.pull_request(PROJECT, REPOSITORY, number)
    text = f"{whole['title']}\n{whole.get('description', '')}"
    return PullRequest(number, text, tuple(person.linked_work_items(PROJECT, REPOSITORY, number)))


def item_of(
    app: App, person: Person, number: int, begun: int, opened: Mapping[str, PullRequest], *, is_accepted: bool
) -> Item:
    """Return what came of the work item *number*; raises `PlatformError`."""
    branch = f"refs/heads/autocoder/{number}-"
    return Item(
        id=number,
        is_accepted=is_accepted,
        begun=begun,
        runs=tuple(app.runs(workItemId=number, top=MAX_RUNS)),
        comments=tuple(str(one["text"]) for one in person.comments(PROJECT, number)),
        pull_requests=tuple(one for name, one in opened.items() if name.startswith(branch)),
    )


def held_now(access: Access) -> Held:
    """Return what is held for runs now; raises `httpx.HTTPError`, or `AzureError` of the storage."""
    return Held(
        groups=tuple(access.groups()),
        processes=tuple(
            f"{group}, {name}: {pids}"
            for group, containers in access.container_processes().items()
            for name, pids in containers.items()
        ),
        places=tuple(access.places()),
        tickets=tuple(access.tickets()),
        active=tuple(access.claims("active")),
    )
