"""Waits until the emulator is gone, however it ended, and kills the containers that it left.

Only for containers without bubblewrap, which ends its own. Started by the emulator with a pipe as input.
"""

import sys
from pathlib import Path

from emulators.azure_resource_manager.isolation.plain import kill_marked, remove_alias


def main() -> None:
    """Read until the other end of the pipe closes, then kill what carries the instance's mark."""
    sys.stdin.read()
    kill_marked(sys.argv[1] + "/")
    remove_alias(Path(sys.argv[2]))


if __name__ == "__main__":
    main()
