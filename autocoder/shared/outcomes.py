"""How a run can end: one row for each outcome.

The supervisor writes an outcome of its own into `result.json`; the app maps it to the run's outcome. The
comment, the documents and the claims use the other columns. This module uses only the standard library,
because the runner's image holds a copy.
"""

from typing import Literal, NamedTuple

Outcome = Literal[
    "completed",
    "no_changes",
    "needs_info",
    "refused",
    "branch_moved",
    "budget_spent",
    "timed_out",
    "interrupted",
    "cancelled",
    "failed",
]
SupervisorOutcome = Literal[
    "changed",
    "no_changes",
    "agent_failed",
    "clone_failed",
    "budget_spent",
    "timed_out",
    "interrupted",
    "cancelled",
    "refused",
]


class OutcomeRow(NamedTuple):
    """One outcome: its texts for people, and the rules that the app applies to it."""

    outcome: Outcome
    symbol: str
    text: str  # the comment's headline, a sentence
    advice: str = ""  # what the requester can do next, a sentence
    supervisor: tuple[SupervisorOutcome, ...] = ()  # the outcomes in `result.json` that lead to it
    carries_change: bool = False  # whether a change that comes with it is published
    early_end: str = ""  # why what is published is incomplete, to follow "because"
    may_retry: bool = True  # whether the same request may start another run

    @property
    def headline(self) -> str:
        """The text behind its symbol."""
        return f"{self.symbol} {self.text}"


OUTCOMES: tuple[OutcomeRow, ...] = (
    OutcomeRow(
        "completed",
        "✅",
        "A pull request is ready for review.",
        supervisor=("changed",),
        carries_change=True,
        may_retry=False,
    ),
    OutcomeRow(
        "no_changes",
        "🤷",
        "The agent changed nothing.",
        "Describe in the work item what should be different afterwards, then set the tag again.",
        supervisor=("no_changes",),
    ),
    OutcomeRow(
        "needs_info",
        "❓",
        "The agent needs an answer before it can start.",
        "Answer in the description, then set the tag again.",
    ),
    OutcomeRow(
        "refused",
        "⛔",
        "The change was refused; nothing was pushed.",
        "Read the reason, change the work item or the repository's policy, then set the tag again.",
        supervisor=("refused",),
    ),
    OutcomeRow(
        "branch_moved",
        "⚠️",
        "Somebody else pushed to the run's branch; nothing was overwritten.",
        "Set the tag again; a new run uses a new branch.",
    ),
    OutcomeRow(
        "budget_spent",
        "💰",
        "The budget is spent.",
        "Split the work item, or raise the budget.",
        supervisor=("budget_spent",),
        carries_change=True,
        early_end="its budget was spent",
    ),
    OutcomeRow(
        "timed_out",
        "⏱️",
        "The run ran out of time.",
        "Split the work item, or raise the budget's minutes.",
        supervisor=("timed_out",),
        carries_change=True,
        early_end="it ran out of time",
    ),
    OutcomeRow(
        "interrupted",
        "⚠️",
        "The containers were interrupted; the run was not repeated.",
        "Set the tag again.",
        supervisor=("interrupted",),
    ),
    OutcomeRow(
        "cancelled",
        "⏹️",
        "The run was cancelled.",
        "Set the tag again to start a new run.",
        supervisor=("cancelled",),
    ),
    OutcomeRow(
        "failed",
        "❌",
        "The run failed.",
        "Read the reason and the run's log, then set the tag again.",
        supervisor=("agent_failed", "clone_failed"),
        carries_change=True,
        early_end="the agent failed",
    ),
)
BY_NAME: dict[str, OutcomeRow] = {row.outcome: row for row in OUTCOMES}
BY_SUPERVISOR: dict[str, OutcomeRow] = {word: row for row in OUTCOMES for word in row.supervisor}
