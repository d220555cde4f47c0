"""Which user owns the files that the containers write."""

import os
from collections.abc import Mapping
from pathlib import Path


def user_of(environment: Mapping[str, str]) -> tuple[int, int] | None:
    """Return uid and gid of the agent's user, or None if none is named or this process is not root.

    Raises `ValueError` when `AUTOCODER_AGENT_USER` is not `uid:gid`.
    """
    uid, _, gid = environment.get("AUTOCODER_AGENT_USER", "").partition(":")
    return (int(uid), int(gid)) if uid and os.geteuid() == 0 else None


def let_any_user_write(environment: Mapping[str, str], *folders: Path) -> None:
    """Make *folders*, and all files that this process creates from now on, writable for every user.

    Needed when a run uses an image whose user is unknown (`AUTOCODER_ANY_USER`); otherwise it does nothing.
    """
    if environment.get("AUTOCODER_ANY_USER"):
        os.umask(0)
        for folder in folders:
            folder.chmod(0o777)


def become(user: tuple[int, int] | None, *folders: Path) -> None:
    """Give *folders* to the agent's *user* and continue as that user, so that it owns all new files."""
    if user is None:
        return
    uid, gid = user
    for folder in folders:
        os.chown(folder, uid, gid)
    os.setgroups([])
    os.setgid(gid)
    os.setuid(uid)
