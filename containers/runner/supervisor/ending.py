"""Judges a run by the agent's exit, its final message and its change: no single one of them is enough."""

from collections.abc import Iterable, Mapping
from typing import Any, Literal, NamedTuple

from autocoder.shared.failure_codes import ModelFailureKind
from autocoder.shared.failure_texts import classify_text
from autocoder.shared.model_failures import ModelFailure, classify
from autocoder.shared.outcomes import SupervisorOutcome
from autocoder.shared.path_names import shown
from autocoder.shared.rulings import Verdict
from runner.change.collected import CollectedChange
from runner.gateway.record import SeenFailure
from runner.supervisor.agent import Ending, Reason
from runner.supervisor.final_message import FinalMessage
from runner.supervisor.one_line import one_line

STATUS_OF_EXIT = {status % 256: status for status in (400, 401, 403, 404, 413, 429, 500, 502, 503, 504)}
NO_MESSAGE = "the agent ended without a final message"
STOPS: Mapping[Reason, str] = {  # ends of an agent that did not end by itself
    "silent": "the agent's container stopped responding; it may have run out of memory",
    "unreadable": "the agent overwrote its exit file",
    "stopped": "the agent was stopped",
}
MAX_REASONS, MAX_PATH = 10, 300  # reasons, and characters of each path in them
MAX_WITHHELD, MAX_WITHHELD_LENGTH = 200, 20_000  # paths, and characters of all paths and reasons together


class Cause(NamedTuple):
    """A failure of the model that explains how the agent ended, and whose sentence about it is quoted.

    *stops_work* says that the gateway saw it in a turn, which no later turn has made good.
    """

    failure: ModelFailure
    source: str
    stops_work: bool = False

    @property
    def words(self) -> str:
        """What happened, in a sentence, and what was said about it."""
        said = one_line(self.failure.said)
        return f"{self.failure.row.text} {self.source}: {said}" if said else self.failure.row.text


class Judgement(NamedTuple):
    """How an attempt ended: its outcome, the reason, which a complete change has not, and the cause.

    The cause is the kind of the model's failure that ended the agent's work, or empty.
    """

    outcome: SupervisorOutcome
    reason: str = ""
    cause: ModelFailureKind | Literal[""] = ""


def outcome_of(
    ending: Ending,
    spent: str,
    final: FinalMessage,
    collected: CollectedChange,
    *,
    minutes: float,
    cause: Cause | None = None,
) -> Judgement:
    """Return how an attempt ended. *spent* is the reason why the budget refused a call, or empty.

    *cause* is what `cause_of` found. The first that applies: the platform ended the run, the time was up, a
    budget was spent, policy refuses the change, the agent failed, there is a change, there is none.
    """
    refused = _refused(collected.refused)
    if ending.reason == "terminated":
        return Judgement("interrupted", "the platform stopped the container group")
    if ending.reason == "deadline":
        overdue = f"the agent did not finish within {minutes:g} minutes"
        return _caused("timed_out", _joined(overdue, refused), cause)
    if spent:
        return Judgement("budget_spent", _joined(spent, refused))
    if refused:
        return Judgement("refused", refused)
    return _by_agent(ending, final, cause, has_change=bool(collected.commit))


def cause_of(
    ending: Ending, final: FinalMessage, seen: SeenFailure | None, *, exit_is_status: bool
) -> Cause | None:
    """Return which failure of the model explains that the agent failed, None when there is no sign of one.

    The first that applies: what the gateway has *seen* last, what the agent said, and its exit code where
    that *exit_is_status* modulo 256, as a program's exit code has one byte.
    """
    if seen is not None:
        return Cause(seen.failure, "The provider said", seen.stops_work)
    told = classify_text(final.failure or final.last_words, is_error=bool(final.failure))
    if told is not None:
        return Cause(told, "The agent said")
    status = STATUS_OF_EXIT.get(ending.exit_code or 0) if exit_is_status else None
    return None if status is None else Cause(classify(status, b""), "")


def _by_agent(ending: Ending, final: FinalMessage, cause: Cause | None, *, has_change: bool) -> Judgement:
    if ending.reason in STOPS:
        return Judgement("agent_failed", STOPS[ending.reason])
    failure = _failure(ending, final)
    if failure:
        return _caused("agent_failed", failure, cause)
    if cause is not None and cause.stops_work and final.found:  # some report a refusal as a success
        return Judgement("changed", cause.words) if has_change else _caused("agent_failed", "", cause)
    if final.found:
        return Judgement("changed" if has_change else "no_changes")
    if has_change and not final.failure and cause is None:  # its work is worth more than its last words
        return Judgement("changed", NO_MESSAGE)
    return _caused("agent_failed", _with_words(NO_MESSAGE, final), cause)


def _caused(outcome: SupervisorOutcome, reason: str, cause: Cause | None) -> Judgement:
    """Return *outcome* with the words of its *cause*: in place of an agent's failure, or after the reason."""
    if cause is None:
        return Judgement(outcome, reason)
    told = cause.words
    return Judgement(outcome, told if outcome == "agent_failed" else f"{reason}. {told}", cause.failure.kind)


def withheld_part(withheld: Iterable[Verdict]) -> dict[str, Any]:
    """Return the fields of `result.json` for the *withheld* paths: the first paths, and how many follow.

    The list becomes part of the orchestration's history, and the agent determines the length of its paths.
    """
    listed: list[dict[str, str]] = []
    length = more = 0
    for verdict in withheld:
        path = shown(verdict.path)
        length += len(path) + len(verdict.reason)
        if len(listed) < MAX_WITHHELD and length <= MAX_WITHHELD_LENGTH:
            listed.append({"path": path, "reason": verdict.reason})
        else:
            more += 1
    return {"withheld": listed, "moreWithheld": more}


def _failure(ending: Ending, final: FinalMessage) -> str:
    """Return why the agent failed: its exit code and its own words have to agree that it did not."""
    if final.is_error:
        return _with_words("the agent reported a failure", final)
    if ending.exit_code == 0:
        return ""
    code = f"the agent ended with exit code {ending.exit_code}"
    return f"{code}, although it reported success" if final.claims_success else _with_words(code, final)


def _with_words(reason: str, final: FinalMessage) -> str:
    """Return *reason* with what the agent said last, if anything."""
    said = final.failure or final.last_words
    return f"{reason}. Its last words: {said}" if said else reason


def _refused(verdicts: Iterable[Verdict]) -> str:
    texts = [
        f"{shown(verdict.path)[:MAX_PATH]}: {verdict.reason}" if verdict.path else verdict.reason
        for verdict in verdicts
    ]
    more = f"; and {len(texts) - MAX_REASONS} more" if len(texts) > MAX_REASONS else ""
    return "; ".join(texts[:MAX_REASONS]) + more


def _joined(reason: str, refused: str) -> str:
    return f"{reason}; the change was refused: {refused}" if refused else reason
