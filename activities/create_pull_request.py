"""Open the pull request of a run, once, and read its link to the work item back."""

import time
from collections.abc import Callable, Iterator
from functools import partial

from activities.activity import activity
from autocoder import wire
from autocoder.clients.azure_devops.pull_requests import PullRequestDraft, PullRequestRecord
from autocoder.clients.connect import AzureDevOps, clients
from autocoder.comments import code
from autocoder.drafts import is_draft
from autocoder.errors import AutocoderError, SignInRequired, Transient
from autocoder.lengths import cut
from autocoder.models import AgentResult, Plan, PullRequest, PushedBranch, RepositoryTexts, Value
from autocoder.pull_request_text import Description, describe, pull_request_title
from autocoder.settings import settings

LABEL = "ai-generated"
STATUS_GENRE, STATUS_NAME = "autocoder", "verify"
LONGEST_THREAD = 100_000  # of 150,000 characters that a comment may have
LINK_TRIES, LINK_PAUSE_SECONDS = 3, 0.3


class PullRequestInput(Value):
    """A plan, its result, and the branch that was pushed."""

    plan: Plan
    result: AgentResult
    pushed: PushedBranch


@activity
def create_pull_request(given: PullRequestInput) -> PullRequest:
    """Open the pull request, or adopt the active one of the branch; then thread, status, reviewers, link.

    What can only be added once it is there is tried; what is refused comes back as a warning.
    """
    connected, plan = clients(), given.plan
    azure_devops = connected.azure_devops(plan.run.request.organization)
    texts = wire.load(RepositoryTexts, connected.blobs.get(plan.run.id, "repository.json"))
    draft = is_draft(plan, given.result, settings().pull_request_draft)
    text = describe(
        plan, given.result, given.pushed, texts.pull_request_template, is_draft=draft, redact=connected.redact
    )
    repository = plan.repository
    found = azure_devops.pull_requests.create(
        repository.project, repository.id, _draft(given, text, is_draft=draft)
    ).pull_request
    columns = {"pull_request_id": found.id, "pull_request_url": found.web_url}
    connected.records.merge(plan.run.id, columns)
    warnings = tuple(connected.redact(words) for words in _refusals(azure_devops, given, found, text))
    linked = _is_linked(azure_devops, plan, found)
    return PullRequest(
        id=found.id, url=found.web_url, is_draft=found.is_draft, linked=linked, warnings=warnings
    )


def _refusals(
    azure_devops: AzureDevOps, given: PullRequestInput, found: PullRequestRecord, text: Description
) -> Iterator[str]:
    """Add thread, status and reviewers; yield what Azure DevOps refused, one sentence each."""
    repository, reviewers = given.plan.repository, _reviewers(given.plan)
    yield from _refused("The first thread", lambda: _add_overflow(azure_devops, given.plan, found, text))
    yield from _refused("The status", lambda: _set_status(azure_devops, given, found))
    for reviewer in reviewers:
        add = partial(azure_devops.pull_requests.add_reviewer, repository.project, repository.id, found.id)
        yield from _refused(f"Reviewer `{code(reviewer, 100)}`", partial(add, reviewer))


def _refused(what: str, add: Callable[[], None]) -> Iterator[str]:
    """Call *add*; yield why it was refused. What is worth another try is raised and repeats the step."""
    try:
        add()
    except (Transient, SignInRequired):
        raise
    except AutocoderError as error:
        yield f"{what} was not added to the pull request: {error.message}"


def _reviewers(plan: Plan) -> tuple[str, ...]:
    return plan.run.request.reviewers or plan.repository.settings.reviewers


def _draft(given: PullRequestInput, text: Description, *, is_draft: bool) -> PullRequestDraft:
    plan, request, team = given.plan, given.plan.run.request, given.plan.repository.settings
    redacted = plan.model_copy(update={"title": clients().redact(plan.title)})
    return PullRequestDraft(
        source=plan.branch,
        target=plan.repository.target_branch,
        title=pull_request_title(redacted),
        description=text.body,
        is_draft=is_draft,
        work_items=(plan.work_item.id,) if plan.work_item else (),
        labels=tuple(dict.fromkeys((LABEL, *request.labels, *team.labels))),
    )


def _add_overflow(azure_devops: AzureDevOps, plan: Plan, found: PullRequestRecord, text: Description) -> None:
    """Put what stands below the description into a thread, once."""
    if not text.overflow:
        return
    heading = f"More about run {plan.run.id}:"
    repository, pull_requests = plan.repository, azure_devops.pull_requests
    if pull_requests.find_thread(repository.project, repository.id, found.id, heading) is None:
        words = cut(f"{heading}\n\n{text.overflow}", LONGEST_THREAD)
        pull_requests.add_thread(repository.project, repository.id, found.id, words)


def _set_status(azure_devops: AzureDevOps, given: PullRequestInput, found: PullRequestRecord) -> None:
    """Post the result of the team's commands as a status that a branch policy can require."""
    checks = given.result.verification
    if not checks:
        return
    failed = sum(1 for check in checks if check.exit_code)
    repository = given.plan.repository
    azure_devops.pull_requests.set_status(
        repository.project,
        repository.id,
        found.id,
        state="failed" if failed else "succeeded",
        name=STATUS_NAME,
        genre=STATUS_GENRE,
        description=f"{len(checks) - failed} of {len(checks)} verify commands passed",
    )


def _is_linked(azure_devops: AzureDevOps, plan: Plan, found: PullRequestRecord) -> bool:
    """Read the link back, and add it when it is not there after some tries."""
    if plan.work_item is None:
        return True
    repository = plan.repository
    try:
        for _ in range(LINK_TRIES):
            linked = azure_devops.pull_requests.work_items(repository.project, repository.id, found.id)
            if plan.work_item.id in linked:
                return True
            time.sleep(LINK_PAUSE_SECONDS)
        azure_devops.work_items.add_pull_request_link(
            plan.work_item.id, repository.project_id, repository.id, found.id
        )
    except AutocoderError:
        return False
    return True
