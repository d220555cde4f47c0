"""Whose files the containers write."""

import os
from collections.abc import Mapping
from pathlib import Path


def user_of(environment: Mapping[str, str]) -> tuple[int, int] | None:
    """Return uid and gid of the agent's user, where the image names one and this process can act on it."""
    uid, _, gid = environment.get("AUTOCODER_AGENT_USER", "").partition(":")
    return (int(uid), int(gid)) if uid and os.geteuid() == 0 else None


def let_any_user_write(environment: Mapping[str, str], *folders: Path) -> None:
    """Let every user write to *folders*, and change what is made from now on.

    For a run in an image whose user nobody knows; in every other one this does nothing.
    """
    if environment.get("AUTOCODER_ANY_USER"):
        os.umask(0)
        for folder in folders:
            folder.chmod(0o777)


def become(user: tuple[int, int] | None, *folders: Path) -> None:
    """Hand *folders* over to the agent's *user*, and go on as that user: what is written is the agent's."""
    if user is None:
        return
    uid, gid = user
    for folder in folders:
        os.chown(folder, uid, gid)
    os.setgroups([])
    os.setgid(gid)
    os.setuid(uid)
