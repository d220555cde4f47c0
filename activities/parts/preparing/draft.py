"""Finds the draft that a retry completes: the branch of a run that ended early, as that run left it."""

from autocoder import wire
from autocoder.clients.azure_devops.client import AzureDevOps
from autocoder.clients.azure_devops.git import RepositoryRecord
from autocoder.clients.connect import Clients
from autocoder.errors import NotFound
from autocoder.models import AgentResult, Base, Run
from autocoder.runs.files import RESULT
from autocoder.runs.rows import pull_request_of, round_of

CLOSED = {"completed": "merged"}  # people call it so


class DraftGoneError(Exception):
    """The draft is not there any more as the run left it; the message says why, to follow its name."""


def start_of(connected: Clients, run: Run, record: RepositoryRecord, target: str) -> Base | str:
    """Return the draft from which *run* starts, or a remark why it starts anew; empty if it completes none.

    Only a branch that nobody else has pushed to is used, and only a pull request that is still active.
    """
    resumed = run.request.resumes
    if resumed is None:
        return ""
    try:
        return _draft(connected, resumed, record, target)
    except DraftGoneError as gone:
        return f"The draft of run {resumed} could not be completed, so the work began anew: {gone}."


def _draft(connected: Clients, resumed: str, record: RepositoryRecord, target: str) -> Base:
    row = connected.records.get(resumed) or {}
    branch, opened = str(row.get("branch") or ""), pull_request_of(row)
    content = connected.blobs.get(round_of(resumed, row), RESULT) if branch else None
    if not content:
        raise DraftGoneError("its record was deleted (LOG_RETENTION_DAYS)")
    result = wire.load(AgentResult, content)  # without a pack it had found nothing to add to its own base
    left = result.pack.commit if result.pack else result.base_commit
    azure_devops = connected.azure_devops(str(row["organization"]))
    head = azure_devops.git.resolve_branch(record.project, record.id, branch)
    if head != left:
        raise DraftGoneError("its branch was deleted" if head is None else "its branch has other commits now")
    number = None if opened is None else opened.id
    if number is not None:
        _check_pull_request(azure_devops, record, number, target)
    return Base(branch=branch, commit=left, resumes=resumed, pull_request=number)


def _check_pull_request(
    azure_devops: AzureDevOps, record: RepositoryRecord, number: int, target: str
) -> None:
    """Raise `DraftGoneError` unless the pull request is active and goes into the *target* branch."""
    try:
        found = azure_devops.pull_requests.get(record.project, record.id, number)
    except NotFound:
        raise DraftGoneError(f"its pull request {number} does not exist any more") from None
    if found.status != "active":
        raise DraftGoneError(f"its pull request {number} was {CLOSED.get(found.status, found.status)}")
    if found.target != target:
        raise DraftGoneError(f"its pull request {number} goes into another branch now")
