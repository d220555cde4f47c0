"""What a reviewer reads about the branch from which a run started, where it is not the target branch."""

from autocoder.models import Plan
from autocoder.reports.comment import code
from autocoder.texts.markdown import one_line

MAX_BRANCH_LENGTH = 60  # in a title
COMMIT_DIGITS = 12


def title_suffix(plan: Plan) -> str:
    """Return ` (from <branch>)`; empty if the run started from the target branch."""
    return f" (from {one_line(plan.base.branch, MAX_BRANCH_LENGTH)})" if _differs(plan) else ""


def start_lines(plan: Plan) -> tuple[str, ...]:
    """Return the line of a description that names the start; none if it is the target branch."""
    if not _differs(plan):
        return ()
    branch, target = code(plan.base.branch, 250), code(plan.repository.target_branch, 250)
    commit = plan.base.commit[:COMMIT_DIGITS]
    more = f"this pull request also contains the commits of `{branch}` that `{target}` lacks"
    return (f"\nStarts from `{branch}` at `{commit}`, not from `{target}`: {more}.",)


def _differs(plan: Plan) -> bool:
    return plan.base.branch != plan.repository.target_branch
