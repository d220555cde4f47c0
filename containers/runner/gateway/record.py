"""What a run learns from its model calls besides their usage: the last failure, and notices for the log."""

from collections import deque
from typing import NamedTuple

from autocoder.shared.model_failures import ModelFailure

MAX_NOTICES = 200  # that nobody has read yet


class SeenFailure(NamedTuple):
    """A failed model call, and whether it keeps the agent from its work, as only that of a turn does.

    A call without tools, such as one for the title of a conversation, is not necessary for the work.
    """

    failure: ModelFailure
    stops_work: bool


class ModelCalls(NamedTuple):
    """How the model calls of an agent ended: why the budget refused one, and how the last one failed."""

    refused: str = ""
    failure: SeenFailure | None = None


class CallRecord:
    """Filled by all conversations of a gateway, read by the supervisor."""

    def __init__(self) -> None:
        self.failure: SeenFailure | None = None  # of the last call that ended; None if it was served
        self.told_to_finish = ""  # why the agent was told to finish, once a request with the words was served
        self._notices: deque[str] = deque(maxlen=MAX_NOTICES)

    def ended(self, failure: ModelFailure | None, *, is_turn: bool) -> None:
        """Note how a call has ended.

        A turn that failed is only made good by another one: an agent may ask for a summary of a conversation
        that is too long, for example, and then fail again.
        """
        stops_work = is_turn or (self.failure is not None and self.failure.stops_work)
        if failure is not None:
            self.failure = SeenFailure(failure, stops_work)
        elif is_turn or not stops_work:
            self.failure = None

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
