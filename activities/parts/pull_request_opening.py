"""Opens the pull request of a run once, or completes the draft from which the run started."""

from typing import Any

from activities.parts.pull_request_parts import LABEL, add_all, description_of
from autocoder.clients.azure_devops.pull_requests import PullRequestDraft, PullRequestRecord, PullRequests
from autocoder.clients.connect import Clients
from autocoder.errors import Conflict
from autocoder.models import OpenedPullRequest, Plan, PullRequest, PullRequestInput
from autocoder.reports.draft import is_draft
from autocoder.reports.pull_request import Description, pull_request_title
from autocoder.runs.rows import pull_request_of
from autocoder.settings import settings


def open_pull_request(connected: Clients, given: PullRequestInput) -> tuple[PullRequest, dict[str, Any]]:
    """Open the pull request, or adopt the branch's active one; then add the parts that need an existing one.

    Returns it, and the run's row as it was last written. Raises `Conflict` when the run has ended. Once the
    pull request exists, failures are not errors: a rejected part becomes one of its `warnings`, and a part to
    retry is `pending` for `add_to_pull_request`.
    """
    plan = given.plan
    row = connected.records.unfinished(plan.run.id)
    known = pull_request_of(row)
    azure_devops = connected.azure_devops(plan.run.request.organization)
    pull_requests, repository = azure_devops.pull_requests, plan.repository
    begun = None if known else _begun(pull_requests, given)
    draft = is_draft(plan, given.result, settings().pull_request_draft)
    draft = draft and (begun is None or begun.is_draft)  # one that a person has published stays so
    text = description_of(connected, given, is_draft=draft)
    wanted = _draft(connected, given, text, is_draft=draft)
    if known is not None:  # it was opened before, and may be merged or abandoned by now
        found = pull_requests.get(repository.project, repository.id, known.id)
    elif begun is not None:
        found = _completed(pull_requests, plan, begun, wanted)
    else:
        found = pull_requests.create(repository.project, repository.id, wanted).pull_request
    columns = {"pull_request_id": found.id, "pull_request_url": found.web_url}
    row = connected.records.opened(plan.run.id, columns, row)
    pull_request = PullRequest(id=found.id, url=found.web_url, is_draft=found.is_draft)
    opened = OpenedPullRequest(given=given, pull_request=pull_request)
    return add_all(connected, opened, text, found.labels)[0], row


def _begun(pull_requests: PullRequests, given: PullRequestInput) -> PullRequestRecord | None:
    """Return the pull request that the run completes as long as it is active, or None to open another one.

    Raises `Conflict` when it is closed, or goes elsewhere, and the run has nothing to open another one for.
    """
    plan, repository = given.plan, given.plan.repository
    number = plan.base.pull_request
    if number is None:
        return None
    found = pull_requests.get(repository.project, repository.id, number)
    if found.status == "active" and (found.source, found.target) == (plan.branch, repository.target_branch):
        return found
    if given.result.pack is None:
        raise Conflict(f"Pull request {number} was closed or changed its branches while the run worked.")
    return None


def _completed(
    pull_requests: PullRequests, plan: Plan, begun: PullRequestRecord, wanted: PullRequestDraft
) -> PullRequestRecord:
    """Give the draft *begun* the run's description, and publish it if nothing makes it a draft."""
    changes: dict[str, Any] = {"description": wanted.description}
    if begun.is_draft and not wanted.is_draft:
        changes["isDraft"] = False
    return pull_requests.update(plan.repository.project, plan.repository.id, begun.id, changes)


def _draft(
    connected: Clients, given: PullRequestInput, text: Description, *, is_draft: bool
) -> PullRequestDraft:
    plan = given.plan
    redacted = plan.model_copy(update={"title": connected.redact(plan.title)})
    return PullRequestDraft(
        source=plan.branch,
        target=plan.repository.target_branch,
        title=pull_request_title(redacted),
        description=text.body,
        is_draft=is_draft,
        work_items=(plan.work_item.id,) if plan.work_item else (),
        labels=(LABEL,),
    )
