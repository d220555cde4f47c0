"""Pull requests: creating or finding them, and their work items, labels, reviewers, threads and statuses.

https://learn.microsoft.com/rest/api/azure/devops/git/pull-requests
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from autocoder.clients.azure_devops.git import repository_path
from autocoder.clients.azure_devops.protocol import rows, url_of
from autocoder.clients.azure_devops.session import Session
from autocoder.errors import Conflict, Forbidden, InvalidArgument, NotFound, Transient, UnexpectedAnswer
from autocoder.texts.utf16_length import cut

MAX_TITLE_LENGTH = 400  # undocumented: the limit of the web page
BRANCH_NOT_SEEN_YET = "TF401398"
PAUSES_SECONDS = (0.25, 0.5, 1.0, 2.0, 3.0)  # a branch may appear a few seconds after its push

StatusState = Literal["pending", "succeeded", "failed", "error", "notApplicable"]
ThreadStatus = Literal["active", "fixed", "wontFix", "closed", "byDesign", "pending"]


@dataclass(frozen=True, slots=True)
class PullRequestDraft:
    """A pull request to create: branches without `refs/heads/`, ids of work items, labels of the app's own.

    What can be refused on its own, such as a label that people name, is added once the pull request exists.
    """

    source: str
    target: str
    title: str
    description: str
    is_draft: bool = False
    work_items: tuple[int, ...] = ()
    labels: tuple[str, ...] = ()

    def body(self) -> dict[str, Any]:
        """Return the JSON body that creates the pull request."""
        return {
            "sourceRefName": f"refs/heads/{self.source}",
            "targetRefName": f"refs/heads/{self.target}",
            "title": cut(self.title, MAX_TITLE_LENGTH),
            "description": self.description,
            "isDraft": self.is_draft,
            "workItemRefs": [{"id": str(item)} for item in self.work_items],
            **({"labels": [{"name": label} for label in self.labels]} if self.labels else {}),
        }


@dataclass(frozen=True, slots=True)
class PullRequestRecord:
    """The current state of a pull request; `web_url` is its web page."""

    id: int
    status: str
    title: str
    is_draft: bool
    source: str
    target: str
    source_commit: str | None
    merge_status: str
    web_url: str
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Created:
    """The pull request was opened by this call."""

    pull_request: PullRequestRecord


@dataclass(frozen=True, slots=True)
class AlreadyOpen:
    """The branch already had an active pull request."""

    pull_request: PullRequestRecord


@dataclass(frozen=True)
class PullRequests:
    """The pull requests of one organisation."""

    session: Session
    pause: Callable[[float], None] = field(default=time.sleep, repr=False)

    def find(
        self, project: str, repository: str, source: str, target: str | None = None
    ) -> PullRequestRecord | None:
        """Return the active pull request from branch *source* into *target* (None: any), or None."""
        query = {
            "searchCriteria.status": "active",
            "searchCriteria.sourceRefName": f"refs/heads/{source}",
            "searchCriteria.targetRefName": None if target is None else f"refs/heads/{target}",
        }
        answer = self.session.json("GET", *self._path(project, repository), query=query)
        found = (self._record(row) for row in rows(answer))
        return next((one for one in found if one.source == source and target in (None, one.target)), None)

    def create(self, project: str, repository: str, draft: PullRequestDraft) -> Created | AlreadyOpen:
        """Create *draft*, or find the branch's active pull request; waits for a branch that was just pushed.

        A second active pull request of the same branches is refused, and only then the first is looked for.
        Raises `InvalidArgument` (for example for a description over 4,000 characters), `Forbidden`, or
        `Transient` when the branch does not appear.
        """
        try:
            return Created(self._post_with_extras(project, repository, draft))
        except Conflict:
            found = self.find(project, repository, draft.source, draft.target)
            if found is None:
                raise
            return AlreadyOpen(found)

    def get(self, project: str, repository: str, pull_request: int) -> PullRequestRecord:
        """Return the current state of the pull request. Raises `NotFound`."""
        return self._record(self.session.json("GET", *self._path(project, repository), pull_request))

    def update(
        self, project: str, repository: str, pull_request: int, changes: Mapping[str, Any]
    ) -> PullRequestRecord:
        """Change `title`, `description`, `isDraft` or `status`."""
        path = self._path(project, repository)
        return self._record(self.session.json("PATCH", *path, pull_request, body=dict(changes)))

    def work_items(self, project: str, repository: str, pull_request: int) -> tuple[int, ...]:
        """Return the ids of the linked work items."""
        answer = self.session.json("GET", *self._path(project, repository), pull_request, "workitems")
        return tuple(int(row["id"]) for row in rows(answer) if str(row.get("id", "")).isdigit())

    def labels(self, project: str, repository: str, pull_request: int) -> tuple[str, ...]:
        """Return the names of its labels."""
        answer = self.session.json("GET", *self._path(project, repository), pull_request, "labels")
        return tuple(str(row.get("name", "")) for row in rows(answer))

    def add_label(self, project: str, repository: str, pull_request: int, label: str) -> None:
        """Add *label*; an existing one stays as it is. Raises `InvalidArgument` for a refused name."""
        path = self._path(project, repository)
        self.session.json("POST", *path, pull_request, "labels", body={"name": label})

    def add_reviewer(self, project: str, repository: str, pull_request: int, identity: str) -> None:
        """Add the identity with the id *identity* as a reviewer."""
        self.session.json(
            "PUT", *self._path(project, repository), pull_request, "reviewers", identity,
            body={"id": identity, "vote": 0},
        )  # fmt: skip

    def add_thread(
        self, project: str, repository: str, pull_request: int, markdown: str, status: ThreadStatus = "closed"
    ) -> int:
        """Add a thread with one comment; return the thread's id."""
        comment = {"parentCommentId": 0, "commentType": "text", "content": markdown}
        answer = self.session.json(
            "POST", *self._path(project, repository), pull_request, "threads",
            body={"comments": [comment], "status": status},
        )  # fmt: skip
        return _id(answer, "id")

    def find_thread(self, project: str, repository: str, pull_request: int, marker: str) -> int | None:
        """Return the id of the first thread with a comment that contains *marker*, or None."""
        answer = self.session.json("GET", *self._path(project, repository), pull_request, "threads")
        for row in rows(answer):
            if any(marker in str(comment.get("content") or "") for comment in row.get("comments") or ()):
                return _id(row, "id")
        return None

    def set_status(
        self, project: str, repository: str, pull_request: int, *,
        state: StatusState, name: str, genre: str, description: str, target_url: str | None = None,
    ) -> None:  # fmt: skip
        """Post a status, which a branch policy can require by *genre* and *name*."""
        body: dict[str, Any] = {
            "state": state,
            "description": description,
            "context": {"name": name, "genre": genre},
        }
        if target_url is not None:
            body["targetUrl"] = target_url
        self.session.json("POST", *self._path(project, repository), pull_request, "statuses", body=body)

    def _post_with_extras(self, project: str, repository: str, draft: PullRequestDraft) -> PullRequestRecord:
        """Create *draft* with its links and labels, or without them when it is refused with them."""
        try:
            return self._post(project, repository, draft)
        except (InvalidArgument, NotFound, Forbidden):
            if not (draft.work_items or draft.labels):
                raise
            return self._post(project, repository, replace(draft, work_items=(), labels=()))

    def _post(self, project: str, repository: str, draft: PullRequestDraft) -> PullRequestRecord:
        for pause in (*PAUSES_SECONDS, None):
            try:
                return self._record(
                    self.session.json("POST", *self._path(project, repository), body=draft.body())
                )
            except InvalidArgument as error:
                if error.service_code != BRANCH_NOT_SEEN_YET:
                    raise
                if pause is None:
                    raise Transient(error.message, service_code=error.service_code) from None
                self.pause(pause)
        raise AssertionError("unreachable")

    def _path(self, project: str, repository: str) -> tuple[str, ...]:
        return (*repository_path(project, repository), "pullRequests")

    def _record(self, answer: Any) -> PullRequestRecord:
        return pull_request_of(self.session.organization_url, answer)


def pull_request_of(organization_url: str, answer: Any) -> PullRequestRecord:
    """Return the pull request in *answer*. Raises `UnexpectedAnswer` when it is something else."""
    number = _id(answer, "pullRequestId")
    try:
        repository = answer["repository"]
        path = (repository["project"]["name"], "_git", repository["name"], "pullrequest", number)
        return PullRequestRecord(
            id=number,
            status=str(answer["status"]),
            title=str(answer.get("title") or ""),
            is_draft=bool(answer.get("isDraft")),
            source=str(answer["sourceRefName"]).removeprefix("refs/heads/"),
            target=str(answer["targetRefName"]).removeprefix("refs/heads/"),
            source_commit=(answer.get("lastMergeSourceCommit") or {}).get("commitId"),
            merge_status=str(answer.get("mergeStatus") or ""),
            web_url=url_of(organization_url, path),
            labels=tuple(str(label["name"]) for label in answer.get("labels") or ()),
        )
    except (KeyError, TypeError, AttributeError):
        raise UnexpectedAnswer("Azure DevOps returned something other than a pull request.") from None


def _id(answer: Any, name: str) -> int:
    value = answer.get(name) if isinstance(answer, dict) else None
    if not isinstance(value, int):
        raise UnexpectedAnswer(f"Azure DevOps returned an answer without {name}.")
    return value
