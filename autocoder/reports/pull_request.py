"""The words of a pull request: its title and its description.

A description may have 4,000 characters (https://learn.microsoft.com/azure/devops/repos/git/pull-requests),
counted as `lengths` does: whole lines of low priority go first, and neither a fence nor a table is ever cut.
What did not fit comes back as the text of a thread, as does what the failed commands printed.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from autocoder.models import AgentResult, FileChange, Plan, PushedBranch, Verification
from autocoder.reports.comment import code, finish_line, unseen, usage_line
from autocoder.reports.draft import draft_warnings
from autocoder.reports.start import start_lines, title_suffix
from autocoder.shared.build_outputs import counted
from autocoder.texts.markdown import fenced, from_markdown, inert, one_line, without_ci_marks
from autocoder.texts.utf16_length import cut, length

MAX_BODY_LENGTH = 4_000
MAX_TITLE_LENGTH = 380
OWN_HEADING = re.compile(r"\A#{1,6} +summary:?\s*\n", re.IGNORECASE)
HEADING = re.compile(r"^(#{1,6}) +", re.MULTILINE)
FENCE = re.compile(r"\s*(`{3,}|~{3,})(.*)")
LONG_BLOCK = MAX_BODY_LENGTH // 2
LONG_BLOCK_LEFT = "(a long block is in the first thread)"
SQUASH = "\nComplete this with Squash commit: its own commit skips CI, and a merge would carry that along."
MAX_OUTPUT_LENGTH = 4_000
MAX_CHECKS = 20
COMMAND_LENGTHS = (80, 20)  # the second where the table would take up too much with the first
MAX_TABLE_LENGTH = 2_500
RESULTS = {None: "⏭️ not run", 0: "✅ passed", 124: "❌ timed out"}


@dataclass(frozen=True, slots=True)
class Description:
    """The body of a pull request, and what stands in a thread below it (empty: nothing)."""

    body: str
    overflow: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the body; its blocks leave when room is short, the highest `droppable` first (0: never)."""

    heading: str
    lines: tuple[str, ...]
    droppable: int = 0

    def text(self, count: int | None = None) -> str:
        """Return the section with its first *count* lines, without long ones, and a word about the rest."""
        shown = self.lines if count is None else tuple(_short(line) for line in self.lines[:count])
        left = len(self.lines) - len(shown)
        more = [f"\n… and {left} more; see the first thread."] if left else []
        heading = [f"## {self.heading}\n"] if self.heading else []
        return "\n".join([*heading, *shown, *more]) if shown or more else ""


def pull_request_title(plan: Plan) -> str:
    """Return `<title> (from <branch>) (#<work item id>)`, one line; the branch if it is not the target."""
    number = f" (#{plan.work_item.id})" if plan.work_item else ""
    end = without_ci_marks(title_suffix(plan)) + number
    title, longest = without_ci_marks(one_line(plan.title, MAX_TITLE_LENGTH)), MAX_TITLE_LENGTH - length(end)
    return (title if length(title) <= longest else cut(title, longest - 1) + "…") + end


def describe(
    plan: Plan,
    result: AgentResult,
    pushed: PushedBranch,
    template: str = "",
    *,
    is_draft: bool,
    skip_ci: bool,
    kept: str = "",
    redact: Callable[[str], str] = str,
) -> Description:
    """Return the pull request's description, at most 4,000 characters long, fitted after *redact*.

    *kept* says where the withheld files are; with *skip_ci*, how to complete it so that pipelines start.
    """
    found = _sections(plan, result, pushed, template, is_draft=is_draft, skip_ci=skip_ci, kept=kept)
    sections = [_redacted(section, redact) for section in found]
    counts: list[int | None] = [None] * len(sections)
    overflow: list[int] = []
    for index in sorted(range(len(sections)), key=lambda i: -sections[i].droppable):
        if length(_join(sections, counts)) <= MAX_BODY_LENGTH or not sections[index].droppable:
            break
        counts[index] = _fitting(sections, counts, index)
        overflow.append(index)
    body = _join(sections, counts)
    below = [*_outputs(result.verification), *(sections[i].text() for i in sorted(overflow))]
    return Description(cut(body, MAX_BODY_LENGTH), redact("\n\n".join(below)))


def _redacted(section: Section, redact: Callable[[str], str]) -> Section:
    """Return *section* without secrets; one may span lines, and what stands for it may be longer.

    Nor does it hold words that keep pipelines from starting: the completing commit repeats the description.
    """
    text = "\n".join(section.lines)
    shown = without_ci_marks(redact(text))
    return section if shown == text else replace(section, lines=_whole(shown))


def _fitting(sections: Sequence[Section], counts: list[int | None], index: int) -> int:
    """Return how many lines of section *index* fit, found by halving."""
    low, high = 0, len(sections[index].lines)
    while low < high:
        middle = (low + high + 1) // 2
        trial = [*counts[:index], middle, *counts[index + 1 :]]
        low, high = (middle, high) if length(_join(sections, trial)) <= MAX_BODY_LENGTH else (low, middle - 1)
    return low


def _join(sections: Sequence[Section], counts: Sequence[int | None]) -> str:
    texts = (section.text(count) for section, count in zip(sections, counts, strict=True))
    return "\n\n".join(text for text in texts if text)


def _sections(
    plan: Plan,
    result: AgentResult,
    pushed: PushedBranch,
    template: str,
    *,
    is_draft: bool,
    skip_ci: bool,
    kept: str,
) -> list[Section]:
    """Return the parts of the description in the order in which they stand."""
    number = (f"#{plan.work_item.id}",) if plan.work_item else ()
    warnings = tuple(_warnings(plan, result, kept, is_draft=is_draft))
    return [
        Section("Summary", _whole(_summary(result.summary)), 2),
        Section("Changes", tuple(_changes(pushed, result)), 3),
        Section("Verification", tuple(_verification(result.verification)), 0),
        Section("Warnings", warnings, 1),
        Section("Run", (*_run_lines(plan, result), *start_lines(plan), *((SQUASH,) if skip_ci else ())), 0),
        Section("", _whole(template), 4),
        Section("", number),
    ]


def _summary(text: str) -> str:
    """Return the agent's last message as part of a section: no heading of its own first, none above ours."""
    visible = OWN_HEADING.sub("", inert(from_markdown(text).text), count=1).strip()
    return (
        HEADING.sub(lambda found: "#" * max(3, len(found[1])) + " ", visible) or "The agent left no summary."
    )


def _whole(text: str) -> tuple[str, ...]:
    """Return *text* as blocks between which it may be cut: never inside a fence or a table."""
    blocks: list[str] = []
    fence = ""
    for line in text.strip().splitlines():
        inside = bool(fence)
        fence = _fence_after(line, fence)
        joins = inside or (blocks and line.lstrip().startswith("|") and blocks[-1].lstrip().startswith("|"))
        if joins and blocks:
            blocks[-1] += "\n" + line
        else:
            blocks.append(line)
    if fence and blocks:
        blocks[-1] += "\n" + fence
    return tuple(blocks)


def _fence_after(line: str, fence: str) -> str:
    """Return the fence that is open after *line* (empty: none), where *fence* was open before it.

    A fence ends at one that is as long, of the same character, and alone on its line:
    https://spec.commonmark.org/0.31.2/#fenced-code-blocks
    """
    found = FENCE.fullmatch(line)
    if found is None:
        return fence
    mark, rest = found.groups()
    if not fence:
        return mark
    return "" if mark.startswith(fence) and not rest.strip() else fence


def _short(block: str) -> str:
    return block if length(block) < LONG_BLOCK else LONG_BLOCK_LEFT


def _changes(pushed: PushedBranch, result: AgentResult) -> list[str]:
    lines = [f"- `{code(change.path, 200)}` {change.kind}{_counted(change)}" for change in pushed.files]
    lines += [f"- and {pushed.more_files} more files"] if pushed.more_files else []
    left_out = counted(result.build_outputs)
    return [*lines, *(["", left_out] if left_out else [])]


def _counted(change: FileChange) -> str:
    return "" if change.added is None else f" (+{change.added} -{change.removed})"


def _verification(checks: Sequence[Verification]) -> list[str]:
    """Return the table of the team's commands, in one piece, or a sentence when there are none."""
    if not checks:
        return ["The target branch's `.azuredevops/autocoder.yml` has no verify commands."]
    tables = [_table(checks[:MAX_CHECKS], longest) for longest in COMMAND_LENGTHS]
    table = next((one for one in tables if length(one) <= MAX_TABLE_LENGTH), tables[-1])
    if _with_output(checks):
        return [table, "", "The output of the failed commands is in the first thread."]
    return [table]


def _table(checks: Sequence[Verification], longest: int) -> str:
    """Return a row for each check, with at most *longest* characters of its command."""
    rows = ["| Command | Result | Time |", "|---|---|---|"]
    for check in checks:
        rows.append(f"| `{code(check.command, longest)}` | {_result(check)} | {check.seconds:.1f} s |")
    return "\n".join(rows)


def _result(check: Verification) -> str:
    return RESULTS.get(check.exit_code) or f"❌ exit code {check.exit_code}"


def _outputs(checks: Sequence[Verification]) -> list[str]:
    """Return what each failed command printed last, behind a fence that it cannot end."""
    parts = [
        f"`{code(check.command, 80)}` ended with exit code {check.exit_code}. The end of its output:\n\n"
        + fenced(check.output[-MAX_OUTPUT_LENGTH:])
        for check in _with_output(checks)
    ]
    return ["## Failed commands", *parts] if parts else []


def _with_output(checks: Sequence[Verification]) -> list[Verification]:
    return [check for check in checks[:MAX_CHECKS] if check.exit_code and check.output.strip()]


def _warnings(plan: Plan, result: AgentResult, kept: str, *, is_draft: bool) -> list[str]:
    lines = [f"- {words}" for words in draft_warnings(plan, result, is_draft=is_draft)]
    for item in result.withheld:
        lines.append(f"- Withheld: `{code(item.path, 200)}` ({one_line(item.reason, 160)})")
    if result.more_withheld:
        lines.append(f"- Withheld: {result.more_withheld:,} more paths")
    return [*lines, *(f"- {words}" for words in (kept, plan.base.remark, *unseen(plan)) if words)]


def _run_lines(plan: Plan, result: AgentResult) -> list[str]:
    took, agent = sum(result.seconds.values()), f"{plan.agent_name} · {code(plan.model, 60)}"
    finish = [f"\n{finish_line(result.told_to_finish)}"] if result.told_to_finish else []
    return [f"{agent} · {usage_line(result.usage)} · {took:.0f} s · run {plan.run.id}", *finish]
