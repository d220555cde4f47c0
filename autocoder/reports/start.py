"""What a reviewer reads about where a run started, if that is not the target branch: a branch, or a draft."""

from autocoder.models import Plan
from autocoder.reports.comment import code
from autocoder.texts.markdown import one_line

MAX_BRANCH_LENGTH = 60  # in a title
COMMIT_DIGITS = 12


def title_suffix(plan: Plan) -> str:
    """Return ` (from <branch>)`; empty if the run started from the target branch."""
    start = plan.run.request.base_branch if plan.base.resumes else plan.base.branch
    differs = start not in (None, plan.repository.target_branch)
    return f" (from {one_line(start or '', MAX_BRANCH_LENGTH)})" if differs else ""


def start_lines(plan: Plan) -> tuple[str, ...]:
    """Return the line of a description that names the start; none if it is the target branch."""
    commit = plan.base.commit[:COMMIT_DIGITS]
    if plan.base.resumes:
        earlier = (
            f"the changes up to `{commit}`, which are in this pull request as well, are not listed above"
        )
        return (f"\nCompletes the draft of run {plan.base.resumes}: {earlier}.",)
    if plan.base.branch == plan.repository.target_branch:
        return ()
    branch, target = code(plan.base.branch, 250), code(plan.repository.target_branch, 250)
    more = f"this pull request also contains the commits of `{branch}` that `{target}` lacks"
    return (f"\nStarts from `{branch}` at `{commit}`, not from `{target}`: {more}.",)
