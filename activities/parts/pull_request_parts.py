"""The parts added to an existing pull request: labels, first thread, status, reviewers, work item link.

A failure here never loses the pull request: a part that Azure DevOps rejects becomes a warning, and so does
a part that it stays too busy to accept.
"""

import time
from collections.abc import Callable, Collection, Iterator
from functools import partial

from activities.parts.repository_texts import texts_of
from autocoder.clients.azure_devops.client import AzureDevOps
from autocoder.clients.connect import Clients
from autocoder.errors import AutocoderError, SignInRequired, Transient
from autocoder.models import OpenedPullRequest, PullRequest, PullRequestInput
from autocoder.reports.comment import code
from autocoder.reports.kept_work import kept_words
from autocoder.reports.pull_request import Description, describe
from autocoder.runs.files import UNPUBLISHED
from autocoder.settings import settings
from autocoder.texts.utf16_length import cut

LABEL = "ai-generated"
STATUS_GENRE, STATUS_NAME = "autocoder", "verify"
MAX_THREAD_LENGTH = 100_000  # of 150,000 characters that a comment may have
LINK = "The link to the work item"
LINK_TRIES, LINK_PAUSE_SECONDS = 3, 0.3


def description_of(connected: Clients, given: PullRequestInput, *, is_draft: bool) -> Description:
    """Return the description of the pull request, with the team's template from the target branch."""
    plan = given.plan
    texts = texts_of(connected, plan.run, plan.repository)
    return describe(
        plan,
        given.result,
        given.pushed,
        texts.pull_request_template,
        is_draft=is_draft,
        skip_ci=settings().commit_skip_ci,
        kept=_kept(given),
        redact=connected.redact,
    )


def _kept(given: PullRequestInput) -> str:
    """Return where the withheld files are, empty if none are kept."""
    if given.result.kept is None:
        return ""
    place, days = given.plan.run.current_round, settings().log_retention_days
    return kept_words("What was withheld", place, UNPUBLISHED, days)


def add_all(
    connected: Clients, opened: OpenedPullRequest, text: Description, has: Collection[str] = ()
) -> tuple[PullRequest, AutocoderError | None]:
    """Add all parts, or the `pending` ones; return the pull request, and the error to retry after, if any.

    It *has* these labels already. Rejected parts are in its `warnings`, those to retry in `pending`.
    """
    azure_devops = connected.azure_devops(opened.given.plan.run.request.organization)
    before = opened.pull_request
    failures = {
        what: error
        for what, add in _additions(azure_devops, opened, text, has)
        if (what in before.pending or not before.pending) and (error := _error(add)) is not None
    }
    words = {what: _words(connected, what, error) for what, error in failures.items()}
    again = {what: one for what, one in failures.items() if isinstance(one, (Transient, SignInRequired))}
    refused = [sentence for what, sentence in words.items() if what not in again]
    update = {
        "linked": LINK not in failures and (before.linked or LINK in before.pending),
        "warnings": (*before.warnings, *refused),
        "pending": {what: words[what] for what in again},
    }
    return before.model_copy(update=update), next(iter(again.values()), None)


def _error(add: Callable[[], None]) -> AutocoderError | None:
    try:
        add()
    except AutocoderError as error:
        return error
    return None


def _words(connected: Clients, what: str, error: AutocoderError) -> str:
    return connected.redact(f"{what} was not added to the pull request: {error.message}")


def _additions(
    azure_devops: AzureDevOps, opened: OpenedPullRequest, text: Description, has: Collection[str]
) -> Iterator[tuple[str, Callable[[], None]]]:
    """Yield the name of each part for people, and the function that adds it; calling it twice is safe."""
    repository, number = opened.given.plan.repository, opened.pull_request.id
    add_label = azure_devops.pull_requests.add_label
    for label in (one for one in _labels(opened.given) if one not in has):
        add = partial(add_label, repository.project, repository.id, number, label)
        yield f"Label `{code(label, 100)}`", add
    yield "The first thread", partial(_add_overflow, azure_devops, opened, text)
    yield "The status", partial(_set_status, azure_devops, opened)
    add_reviewer = azure_devops.pull_requests.add_reviewer
    for reviewer in opened.given.plan.run.request.reviewers or repository.settings.reviewers:
        add = partial(add_reviewer, repository.project, repository.id, number, reviewer)
        yield f"Reviewer `{code(reviewer, 100)}`", add
    yield LINK, partial(_add_link, azure_devops, opened)


def _labels(given: PullRequestInput) -> tuple[str, ...]:
    """Return the labels: the app's own, the request's, and the team's."""
    asked, team = given.plan.run.request.labels, given.plan.repository.settings.labels
    return tuple(dict.fromkeys((LABEL, *asked, *team)))


def _add_overflow(azure_devops: AzureDevOps, opened: OpenedPullRequest, text: Description) -> None:
    """Put the overflow of the description into a thread, once."""
    if not text.overflow:
        return
    heading = f"More about run {opened.given.plan.run.id}:"
    repository, pull_requests = opened.given.plan.repository, azure_devops.pull_requests
    place = (repository.project, repository.id, opened.pull_request.id)
    if pull_requests.find_thread(*place, heading) is None:
        pull_requests.add_thread(*place, cut(f"{heading}\n\n{text.overflow}", MAX_THREAD_LENGTH))


def _set_status(azure_devops: AzureDevOps, opened: OpenedPullRequest) -> None:
    """Post the result of the team's commands as a status, which a branch policy can require."""
    checks = opened.given.result.verification
    if not checks:
        return
    passed = sum(1 for check in checks if check.exit_code == 0)
    repository = opened.given.plan.repository
    azure_devops.pull_requests.set_status(
        repository.project,
        repository.id,
        opened.pull_request.id,
        state="succeeded" if passed == len(checks) else "failed",
        name=STATUS_NAME,
        genre=STATUS_GENRE,
        description=f"{passed} of {len(checks)} verify commands passed",
    )


def _add_link(azure_devops: AzureDevOps, opened: OpenedPullRequest) -> None:
    """Check the link to the work item, and add it if it is still missing after LINK_TRIES."""
    item, repository = opened.given.plan.work_item, opened.given.plan.repository
    if item is None:
        return
    place = (repository.project, repository.id, opened.pull_request.id)
    for _ in range(LINK_TRIES):
        if item.id in azure_devops.pull_requests.work_items(*place):
            return
        time.sleep(LINK_PAUSE_SECONDS)
    azure_devops.work_items.add_pull_request_link(
        item.id, repository.project_id, repository.id, opened.pull_request.id
    )
