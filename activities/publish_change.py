"""Publishes what the agent changed: pushes the branch, and opens the pull request where that works at once.

A pull request that cannot be opened now is left to `create_pull_request`: the branch is not pushed again for
it, and the run's report knows that it was pushed.
"""

import logging
from typing import Any

from pydantic import Field

from activities.activity import activity
from activities.parts.branch_push import push_branch
from activities.parts.pull_request_opening import open_pull_request
from autocoder.clients.connect import Clients, clients
from autocoder.errors import AutocoderError, SignInRequired, Transient
from autocoder.models import AgentResult, Ended, Plan, Published, PullRequestInput, Value

log = logging.getLogger("autocoder.activities")


class PublishInput(Value):
    """A plan, and the result with the pack to push."""

    plan: Plan
    result: AgentResult
    row: dict[str, Any] | None = Field(None, description="the run's row, which saves another read")


@activity
def publish_change(given: PublishInput) -> Published | Ended:
    """Push the branch and open the pull request, or return how the run ends without a branch."""
    connected, plan = clients(), given.plan
    pushed = push_branch(connected, plan, given.result, given.row)
    if isinstance(pushed, Ended):
        return pushed
    if not plan.run.request.create_pull_request:
        return Published(pushed=pushed)
    return _opened(connected, PullRequestInput(plan=plan, result=given.result, pushed=pushed))


def _opened(connected: Clients, given: PullRequestInput) -> Published:
    """Return the pull request, or that it is refused, or neither: whoever tries again learns why."""
    try:
        pull_request, row = open_pull_request(connected, given)
        return Published(pushed=given.pushed, pull_request=pull_request, row=row)
    except (Transient, SignInRequired) as error:
        why = str(error)
    except AutocoderError as error:
        return Published(pushed=given.pushed, refusal=connected.redact(f"{error} ({error.code})"))
    except Exception as error:  # a bug, which must not hide that the branch was pushed
        why = f"{type(error).__name__}: {error}"
    log.warning("run %s: its pull request is not open yet: %s", given.plan.run.id, connected.redact(why))
    return Published(pushed=given.pushed)
