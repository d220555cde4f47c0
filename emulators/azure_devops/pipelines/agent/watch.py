"""Waits until the emulator has ended, even by SIGKILL, and kills the processes of its runs that are left.

A real agent ends what a job leaves behind in the same way:
https://learn.microsoft.com/azure/devops/pipelines/agents/agents
"""

import shutil
import sys
from pathlib import Path

from emulators.azure_devops.pipelines.agent.process import MARK
from emulators.marked_processes import kill_marked


def main() -> None:
    """Read until the other end of the pipe closes, then kill the marked processes and remove their folder."""
    mark, folder = sys.argv[1:]
    sys.stdin.read()
    kill_marked(MARK, f"{mark}/")
    shutil.rmtree(Path(folder), ignore_errors=True)


if __name__ == "__main__":
    main()
