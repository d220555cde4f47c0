"""Checks the whole change and pushes it as the run's branch. The app does this, never the agent.

From here on, a run can no longer be cancelled.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from activities.parts.agent_result import result_columns
from activities.parts.temporary_folder import temporary_folder
from autocoder.agents import agents, all_leftovers
from autocoder.changes.objections import file_changes, holds_own_secret, objections
from autocoder.changes.pack import PackFile, open_pack
from autocoder.changes.protected import policy_rules
from autocoder.changes.trees import CommitChange, read_change
from autocoder.clients.azure_devops.push import push
from autocoder.clients.azure_devops.push_outcomes import AlreadyPushed, BranchMoved, Push, Pushed, Rejected
from autocoder.clients.connect import Clients
from autocoder.clock import now
from autocoder.errors import TooLarge
from autocoder.models import AgentResult, Ended, Plan, PushedBranch
from autocoder.parallel import in_parallel
from autocoder.reports.kept_work import kept_words, with_kept
from autocoder.runs.callback import callback_token
from autocoder.runs.files import PACK, UNPUBLISHED
from autocoder.runs.rows import is_concluded, phase_columns, pull_request_of
from autocoder.settings import settings
from autocoder.shared.policy import Rules

MAX_LISTED_FILES = 100
MAX_LISTED_OBJECTIONS, MAX_LISTED_LENGTH = 20, 300  # in the reason, and characters of each
MAX_PACK_BYTES = 200_000_000


def push_branch(
    connected: Clients, plan: Plan, result: AgentResult, read: dict[str, Any] | None = None
) -> PushedBranch | Ended:
    """Read the pack, check it by policy and secret scan, and push it, or return how the run ends instead.

    The phase `publishing` is recorded first, with the agent's work. If a cancel was requested before that,
    nothing is pushed. *read* is the run's row if it was read before.
    """
    pack = result.pack
    if pack is None:  # there is only a draft to complete
        row = connected.records.begin_publishing(plan.run.id, partial(_columns, result), read)
        return _too_late(row) or _unmoved(connected, plan, row)
    with temporary_folder() as folder:
        file = folder / PACK
        row, _ = in_parallel(
            lambda: connected.records.begin_publishing(plan.run.id, partial(_columns, result), read),
            lambda: connected.blobs.download(plan.run.current_round, PACK, file, MAX_PACK_BYTES),
        )
        if (ended := _too_late(row)) is not None:
            return ended
        with open_pack(file, sha256=pack.sha256) as opened:
            change = read_change(opened, pack.commit, plan.base.commit)
            before = partial(_read_base, connected, plan)
            secrets, lfs = _secrets(connected, plan), plan.repository.lfs
            against = objections(opened, change, _rules(plan), secrets, before=before, lfs=lfs)
            if against:
                return _refused(connected, plan, against)
            ended = None if _has_opened(row) else _push(connected, plan, pack.commit, opened)
            return ended or _pushed(plan, change, result.lines)


def _columns(result: AgentResult, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return what to write into the *row* of a run that publishes; a repeat began before."""
    began = {} if row.get("status") == "publishing" else phase_columns("publishing", now())
    return {**began, **result_columns(row, result)}


def _too_late(row: Mapping[str, Any] | None) -> Ended | None:
    """Return how the run in *row* ended before it began to publish, if it did."""
    if row is not None and row.get("cancel_requested"):
        return Ended(outcome="cancelled", reason="The run was cancelled before anything was pushed.")
    if row is not None and is_concluded(row):  # the activity is executed once more, after the end
        return Ended(outcome="cancelled", reason="The run had ended before anything was pushed.")
    return None


def _has_opened(row: Mapping[str, Any] | None) -> bool:
    """Whether the run has opened its pull request; then its branch may be merged and gone."""
    return row is not None and pull_request_of(row) is not None


def _unmoved(connected: Clients, plan: Plan, row: Mapping[str, Any] | None) -> PushedBranch | Ended:
    """Return the draft's branch as the run found it, or how the run ends when somebody has changed it."""
    repository, git = plan.repository, connected.azure_devops(plan.run.request.organization).git
    if (
        _has_opened(row)
        or git.resolve_branch(repository.project, repository.id, plan.branch) == plan.base.commit
    ):
        return PushedBranch(branch=plan.branch, commit=plan.base.commit, files=())
    return Ended(outcome="branch_moved", reason=f"Branch {plan.branch} is not as this run found it.")


def _refused(connected: Clients, plan: Plan, against: Sequence[str]) -> Ended:
    """Return how the run ends; its pack is kept unless it holds a secret of the run itself."""
    listed = "\n".join(f"- {line[:MAX_LISTED_LENGTH]}" for line in against[:MAX_LISTED_OBJECTIONS])
    reason, current = f"Nothing was pushed:\n{listed}", plan.run.current_round
    if holds_own_secret(against):
        for name in (PACK, UNPUBLISHED):
            connected.blobs.delete(current, name)
    else:
        reason = with_kept(reason, kept_words("The change", current, PACK, settings().log_retention_days))
    return Ended(outcome="refused", reason=connected.redact(reason))


def _read_base(connected: Clients, plan: Plan, path: str) -> bytes | None:
    """Return the content of *path* at the base commit; None if it is absent or too large."""
    repository, git = plan.repository, connected.azure_devops(plan.run.request.organization).git
    if path.startswith("/") or ".." in path.split("/"):
        return None
    limit = _rules(plan).max_file_bytes
    try:
        return git.read_file(repository.project, repository.id, path, plan.base.commit, limit)
    except TooLarge:
        return None


def _secrets(connected: Clients, plan: Plan) -> list[str]:
    """Return every secret of this run that the app knows."""
    model_key = connected.vault.read_secret(agents()[plan.agent_type].secret)
    callback_key = connected.vault.read_secret(settings().callback_key_secret)
    tokens = [callback_token(callback_key, plan.run.id)] if callback_key else []
    return [*connected.known_secrets(), *tokens, *([model_key] if model_key else [])]


def _push(connected: Clients, plan: Plan, commit: str, pack: PackFile) -> Ended | None:
    """Push; return how the run ends if the branch moved or the server rejects the push."""
    organization = plan.run.request.organization
    git = connected.azure_devops(organization).git
    repository = plan.repository
    outcome = push(
        Push(repository.clone_url, plan.branch, commit, plan.base.commit),
        pack,
        pool=connected.git_pool(),
        authorization=connected.authorization(organization),
        read_branch=lambda: git.resolve_branch(repository.project, repository.id, plan.branch),
    )
    match outcome:
        case Pushed() | AlreadyPushed():
            return None
        case BranchMoved():
            moved = f"Branch {plan.branch} has commits that this run did not make."
            kept = kept_words("The change", plan.run.current_round, PACK, settings().log_retention_days)
            return Ended(outcome="branch_moved", reason=f"{moved} {kept}")
        case Rejected(reason):
            return Ended(outcome="failed", reason=f"Azure DevOps rejected the push: {reason}")


def _rules(plan: Plan) -> Rules:
    """Return the rules that the supervisor applied as well."""
    known = agents().values()
    policy = policy_rules(plan.repository.settings, known)
    return Rules.of(policy.model_dump(by_alias=True), all_leftovers(known))


def _pushed(plan: Plan, change: CommitChange, lines: Mapping[str, tuple[int, int]]) -> PushedBranch:
    files = file_changes(change, lines)
    return PushedBranch(
        branch=plan.branch,
        commit=change.commit,
        files=tuple(files[:MAX_LISTED_FILES]),
        more_files=max(0, len(files) - MAX_LISTED_FILES),
    )
