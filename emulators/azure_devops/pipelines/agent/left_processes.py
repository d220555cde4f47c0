"""What the steps of a job leave running: it stays for the steps that follow, and is killed at the end.

The agent finds such processes by a variable of their environment. Here, those that have cleared their
environment are found as well, by the session of the step that has started them.
https://github.com/microsoft/azure-pipelines-agent/blob/master/src/Agent.Worker/JobRunner.cs
"""

from emulators.processes.marked import kill_marked
from emulators.processes.sessions import Session

MARK = "AUTOCODER_LOCAL_PIPELINE"  # the variable that marks the processes of a run


class LeftProcesses:
    """The processes that the steps of one job have left; their variable's value begins with *mark*."""

    def __init__(self, mark: str) -> None:
        self._mark = mark
        self._sessions: list[Session] = []

    def note(self, leader: int) -> None:
        """Remember the session of a step's process, which has ended, if others in it still run."""
        session = Session(leader)
        if session.left:
            self._sessions.append(session)

    def kill(self) -> None:
        """Kill them all."""
        for session in self._sessions:
            session.kill()
        kill_marked(MARK, self._mark)
