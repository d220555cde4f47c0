"""Whether a pull request is a draft, and what its reviewer has to know before it is merged: pure."""

from autocoder.models import AgentResult, Plan
from autocoder.shared.outcomes import BY_SUPERVISOR
from autocoder.texts.markdown import inert, one_line

MAX_REASON_LENGTH = 600
BUILD_POLICY = "publishing it starts the target branch's build policy, which runs the new code"


def is_draft(plan: Plan, result: AgentResult, policy: str) -> bool:
    """Whether the pull request is a draft: as the request says, else the repository, else *policy*.

    *policy* is PULL_REQUEST_DRAFT. With `auto` it is one when there is a reason; with `never`, and where a
    request says no, it is none, whatever failed.
    """
    if plan.run.request.draft is not None:
        return plan.run.request.draft
    setting = plan.repository.settings.draft or policy
    return setting == "always" or (setting == "auto" and bool(draft_reasons(plan, result)))


def draft_reasons(plan: Plan, result: AgentResult) -> list[str]:
    """Return why `auto` makes this pull request a draft; none: it is none."""
    return [*_cautions(plan, result), *([BUILD_POLICY] if plan.repository.has_build_policy else [])]


def draft_warnings(plan: Plan, result: AgentResult, *, is_draft: bool) -> list[str]:
    """Return what a draft, or a pull request that is none although something failed, has to say of it."""
    if is_draft:
        return [f"This pull request is a draft: {why}." for why in draft_reasons(plan, result)]
    return [f"{why[0].upper()}{why[1:]}." for why in _cautions(plan, result)]


def failed_checks(result: AgentResult) -> int:
    """Return how many of the team's commands failed, those that were not run left out."""
    return sum(1 for check in result.verification if check.exit_code)


def _cautions(plan: Plan, result: AgentResult) -> list[str]:
    failed = failed_checks(result)
    found = []
    early_end = BY_SUPERVISOR[result.outcome].early_end
    reason = inert(one_line(result.reason, MAX_REASON_LENGTH)).removesuffix(".")
    if early_end:
        found.append(f"the run ended early because {early_end}" + (f": {reason}" if reason else ""))
    elif reason:  # what is missing although the agent did not fail
        found.append(reason)
    if failed:
        found.append("a verify command failed" if failed == 1 else f"{failed} verify commands failed")
    if result.outcome == "no_changes" and plan.repository.settings.verify:
        found.append("the run that completes it changed nothing, so the verify commands were not run again")
    not_run = sum(1 for check in result.verification if check.exit_code is None)
    if not_run:
        found.append(
            "a verify command was not run" if not_run == 1 else f"{not_run} verify commands were not run"
        )
    return found
