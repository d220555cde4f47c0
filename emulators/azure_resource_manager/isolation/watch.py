"""Waits until the emulator has ended, even by SIGKILL, and kills its remaining containers.

Only plain processes need it, because bubblewrap ends its own. The emulator starts it with a pipe as input. In
the service, a group outlives its callers: https://learn.microsoft.com/azure/container-instances/container-instances-container-groups
"""

import sys
from pathlib import Path

from emulators.azure_resource_manager.isolation.plain import MARK, remove_alias
from emulators.marked_processes import kill_marked


def main() -> None:
    """Read until the other end of the pipe closes, then kill the processes with the instance's mark."""
    sys.stdin.read()
    kill_marked(MARK, sys.argv[1] + "/")
    remove_alias(Path(sys.argv[2]))


if __name__ == "__main__":
    main()
