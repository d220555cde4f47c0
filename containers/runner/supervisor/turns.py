"""The turns of the wrappers in `agent` and `verify`: how the supervisor asks for one and finds its answer.

Both wrappers follow one protocol. What a turn needs is written into a folder with its number, then the file
`start-<number>`. The wrapper takes the turn, writes `exit-<number>.json` last, and waits for the next one. It
ends when it is told to by `control/stop` (the agent's) or `control/done` (both), and when its time is up. So
an agent can be asked again, and its change be verified again, in the same container group.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from runner.files import write_whole

FIRST = 1


class Turn(NamedTuple):
    """One turn of a wrapper: *orders* are the supervisor's, *answers* are written by untrusted code."""

    number: int
    orders: Path
    answers: Path

    @property
    def folder(self) -> Path:
        """The folder for what the turn needs, such as `prompt.md` or the team's commands."""
        return self.orders / str(self.number)

    @property
    def exit_file(self) -> Path:
        """How the turn ended: `{"exitCode", "reason", "seconds"}`."""
        return self.answers / f"exit-{self.number}.json"

    @property
    def log(self) -> Path:
        """What the agent prints in this turn."""
        return self.answers / f"log-{self.number}"

    @property
    def results(self) -> Path:
        """The folder with the results of the team's commands."""
        return self.answers / f"results-{self.number}"

    def begin(self) -> None:
        """Let the wrapper take the turn. Raises `OSError` when that cannot be written."""
        write_whole(self.orders / f"start-{self.number}")


def agent_turn(volumes: Mapping[str, Path], number: int = FIRST) -> Turn:
    """Return a turn of the agent."""
    return Turn(number, volumes["control"] / "agent", volumes["exchange"])


def verify_turn(volumes: Mapping[str, Path], number: int = FIRST) -> Turn:
    """Return a turn of `verify`: the team's setup and verify commands on one commit."""
    return Turn(number, volumes["control"] / "verify", volumes["verification"])
