"""Waits until the emulator has ended, even by SIGKILL, and kills the containers that it left.

Only plain processes need it, as bubblewrap ends its own. The emulator starts it with a pipe as its input. A
group of the service outlives its callers instead: https://learn.microsoft.com/azure/container-instances/container-instances-container-groups
"""

import sys
from pathlib import Path

from emulators.azure_resource_manager.isolation.plain import kill_marked, remove_alias


def main() -> None:
    """Read until the other end of the pipe closes, then kill the processes that carry the instance's mark."""
    sys.stdin.read()
    kill_marked(sys.argv[1] + "/")
    remove_alias(Path(sys.argv[2]))


if __name__ == "__main__":
    main()
