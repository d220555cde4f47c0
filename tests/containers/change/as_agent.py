"""Collecting a change as in the runner's image: this process is root, and Git is the agent's user."""

import os
import subprocess
from pathlib import Path

import pytest

USER = (1001, 1001)  # AUTOCODER_AGENT_USER of the runner's image
only_as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can act as another user")


def hand_over(folder, *owned):
    """Give the folders *owned*, which are below *folder*, to the agent's user, and let it come there."""
    for path in (folder, *folder.parents[:3]):
        mode = path.stat().st_mode
        if path != Path("/tmp") and not mode & 0o001:
            path.chmod(mode | 0o011)
    subprocess.run(["chown", "-R", ":".join(map(str, USER)), *owned], check=True)
