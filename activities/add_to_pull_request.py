"""Adds the parts of a pull request that Azure DevOps was too busy to accept when it was opened."""

from activities.activity import activity
from activities.parts.pull_request_parts import add_all, description_of
from autocoder.clients.connect import clients
from autocoder.models import OpenedPullRequest, PullRequest


@activity
def add_to_pull_request(opened: OpenedPullRequest) -> PullRequest:
    """Add the `pending` parts.

    Raises `Transient` or `SignInRequired` while a retry may add more of them, `Conflict` after the run's end.
    """
    connected, given = clients(), opened.given
    connected.records.unfinished(given.plan.run.id)
    text = description_of(connected, given, is_draft=opened.pull_request.is_draft)
    pull_request, again = add_all(connected, opened, text)
    if again is not None:
        raise again
    return pull_request
