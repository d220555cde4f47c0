"""Opens the pull request of a run whose branch was pushed before."""

from activities.activity import activity
from activities.parts.pull_request_opening import open_pull_request
from autocoder.clients.connect import clients
from autocoder.models import PullRequest, PullRequestInput


@activity
def create_pull_request(given: PullRequestInput) -> PullRequest:
    """Open the pull request, or adopt the branch's active one; raises as `open_pull_request` does."""
    return open_pull_request(clients(), given)[0]
