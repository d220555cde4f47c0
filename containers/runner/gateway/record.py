"""What a run learns from its model calls besides their usage: the last failure, and notices for the log."""

from collections import deque
from typing import NamedTuple

from autocoder.shared.model_failures import ModelFailure

MAX_NOTICES = 200  # that nobody has read yet


class ModelCalls(NamedTuple):
    """How the model calls of an agent ended: why the budget refused one, and how the last one failed."""

    refused: str = ""
    failure: ModelFailure | None = None


class CallRecord:
    """Filled by all conversations of a gateway, read by the supervisor."""

    def __init__(self) -> None:
        self.failure: ModelFailure | None = None  # of the last call that ended; None if it was served
        self._stops_work = False  # the failure is that of a turn
        self.told_to_finish = ""  # why the agent was told to finish, once a request with the words was served
        self._notices: deque[str] = deque(maxlen=MAX_NOTICES)

    def ended(self, failure: ModelFailure | None, *, is_turn: bool) -> None:
        """Note how a call has ended.

        A turn that failed is only made good by another one: an agent may ask for a summary of a conversation
        that is too long, for example, and then fail again.
        """
        if failure is not None or is_turn or not self._stops_work:
            self._stops_work = failure is not None and (is_turn or self._stops_work)
            self.failure = failure

    def waits(self, failure: ModelFailure, seconds: float) -> None:
        """Note that the provider is waited for."""
        status = f" ({failure.status})" if failure.status else ""
        said = f" It said: {failure.said}" if failure.said else ""
        self._notices.append(f"{failure.row.text[:-1]}{status}; waiting {seconds:.0f} s.{said}")

    def serves_again(self) -> None:
        """Note that the wait has ended well."""
        self._notices.append("The model provider answers again.")

    def tell(self, why: str) -> None:
        """Note that the agent was told to finish."""
        if not self.told_to_finish:
            self.told_to_finish = why
            self._notices.append(f"The agent was told to finish, because {why} are used.")

    def take_notices(self) -> list[str]:
        """Return the notices since the last call, oldest first. They quote the provider, not redacted."""
        taken = []
        while self._notices:
            taken.append(self._notices.popleft())
        return taken
