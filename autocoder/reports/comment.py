"""What the work item's one comment says while a run goes on and when it has ended.

The comment carries the line `Run <id>`, by which a repeat finds it again.
"""

from autocoder.models import Plan, RunReport, Usage
from autocoder.shared.outcomes import BY_NAME
from autocoder.texts.markdown import inert, one_line
from autocoder.texts.utf16_length import cut
from autocoder.work_items.fields import MAX_IMAGE_BYTES, MAX_IMAGES, MAX_TOTAL_IMAGE_BYTES

MAX_COMMENT_LENGTH = 20_000  # of 150,000 characters that a comment may have
MEGABYTE = 1_000_000
LIMITS = (
    f"it gets at most {MAX_IMAGES} attached pictures, "
    f"up to {MAX_IMAGE_BYTES // MEGABYTE} MB each and {MAX_TOTAL_IMAGE_BYTES // MEGABYTE} MB in total"
)

PROGRESS = {
    "queued": "⏳ Autocoder has accepted this work item and put it in the queue.",
    "preparing": "⏳ Autocoder has accepted this work item and is preparing the run.",
    "running": "🛠️ Autocoder's agent is working.",
    "verifying": "🔎 Autocoder is running the team's checks on the change.",
}
AS_WRITTEN = "That was so when this comment was written."
RESUME = "Retry the run: it goes on from there, on the same branch. Setting the tag again begins anew."
LOGGED = ("failed", "timed_out", "budget_spent", "interrupted")
COMPLETED = {
    "ready": BY_NAME["completed"].text.removesuffix("."),
    "draft": "A draft pull request is ready to look at",
    "branch": "The change is on a branch, without a pull request",
}


def usage_line(usage: Usage) -> str:
    """Return tokens and cost of a run as people read them."""
    tokens = f"{usage.input_tokens + usage.cached_tokens:,} tokens in, {usage.output_tokens:,} out"
    cost = "cost unknown" if usage.cost_usd is None else f"${usage.cost_usd:.4f}"
    return f"{tokens} · {usage.turns} turns · {cost}"


def finish_line(why: str) -> str:
    """Return that the agent was told to finish, and *why*, such as `75 % of 60 minutes`."""
    return f"The agent was told to finish when {one_line(why, 100)} were used."


def progress_comment(run_id: str, phase: str, reason: str = "") -> str:
    """Return the work item's comment while the run is in *phase*, with the *reason* why it waits.

    The comment is not edited each time the queue moves, and says so.
    """
    said = [f"{inert(one_line(reason, 1_000))} {AS_WRITTEN}"] if reason else []
    return "\n\n".join([PROGRESS[phase], *said, run_marker(run_id)])


def final_comment(report: RunReport, log_url: str = "") -> str:
    """Return the work item's comment at the end: outcome, link, warnings, reason, next step.

    An agent that did not succeed has a log, whose address is *log_url*. It takes a key, so it is no link.
    """
    parts = [headline(report), *_links(report)]
    if report.reason:
        parts.append(inert(report.reason[:4_000]))
    warnings = (report.remark, *(() if report.pull_request else report.unseen))  # a description has those
    parts += [f"⚠️ {words}" for words in warnings if words]
    parts += _next_steps(report, log_url)
    if report.usage.turns or report.usage.output_tokens:
        parts.append(usage_line(report.usage))
    if report.told_to_finish:
        parts.append(finish_line(report.told_to_finish))
    return "\n\n".join([cut("\n\n".join(parts), MAX_COMMENT_LENGTH), run_marker(report.run.id)])


def _links(report: RunReport) -> list[str]:
    """Return where the change is, and what could not be added to its pull request."""
    opened = report.pull_request
    if opened is None:
        return [f"The change is on branch `{code(report.branch, 200)}`."] if report.branch else []
    draft = "draft pull request" if opened.is_draft else "pull request"
    files = f" with {report.files} changed {'file' if report.files == 1 else 'files'}"
    link = f"[{draft.capitalize()} {opened.id}]({opened.url})"
    parts = [f"{link}{files if report.files else ''}."]
    if not opened.linked:
        parts.append("⚠️ The pull request could not be linked to this work item; please link it by hand.")
    return [*parts, *(f"⚠️ {inert(one_line(warning, 1_000))}" for warning in opened.warnings)]


def _next_steps(report: RunReport, log_url: str) -> list[str]:
    advice, parts = BY_NAME[report.outcome].advice, []
    if report.early_end and report.branch:
        parts.append(f"**Next:** {RESUME}")
    elif not report.pull_request and advice:
        parts.append(f"**Next:** {advice}")
    if log_url and report.seconds and report.outcome in LOGGED:
        parts.append(f"The log: `GET {log_url}`, or the run in the group *Autocoder* of this work item.")
    return parts


def headline(report: RunReport) -> str:
    """Return how a run ended, in one line; one that completed may have brought less than a pull request."""
    if report.outcome == "failed" and report.pull_request and not report.early_end:
        return "⚠️ The pull request was opened, but the run failed afterwards."
    if report.outcome != "completed":
        return BY_NAME[report.outcome].headline
    opened, failed = report.pull_request, report.failed_checks
    words = COMPLETED["branch" if opened is None else "draft" if opened.is_draft else "ready"]
    return completed(words, failed)


def completed(words: str, failed: int) -> str:
    """Return the line of a run that completed as *words* say, of whose checks so many failed."""
    if not failed:
        return f"{BY_NAME['completed'].symbol} {words}."
    return f"⚠️ {words}, but {failed} {'check' if failed == 1 else 'checks'} failed."


def unseen(plan: Plan) -> tuple[str, ...]:
    """Return what of its task the agent did not get to see, one sentence each."""
    item, found = plan.work_item, []
    if item and item.hidden_parts:
        parts = "part" if item.hidden_parts == 1 else "parts"
        were = "was" if item.hidden_parts == 1 else "were"
        found.append(f"{item.hidden_parts} hidden {parts} of the work item {were} not shown to the agent.")
    if item and item.images_left_out:
        were = "was" if item.images_left_out == 1 else "were"
        pictures = f"{item.images_left_out} of the work item's pictures"
        found.append(f"{pictures} {were} not shown to the agent: {LIMITS}.")
    return (*found, *plan.remarks)


def run_marker(run_id: str) -> str:
    """Return the visible words by which a run's comment is found again."""
    return f"Run {run_id}"


def code(text: str, longest: int) -> str:
    """Return *text* as one line fit for a table cell and for a code span."""
    return one_line(text, longest).replace("`", "'").replace("|", "\\|")
