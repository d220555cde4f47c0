"""Whose files the containers write."""

import os
from collections.abc import Mapping
from pathlib import Path


def user_of(environment: Mapping[str, str]) -> tuple[int, int] | None:
    """Return uid and gid of the agent's user, where the image names one and this process can act on it."""
    uid, _, gid = environment.get("AUTOCODER_AGENT_USER", "").partition(":")
    return (int(uid), int(gid)) if uid and os.geteuid() == 0 else None


def let_any_user_write(environment: Mapping[str, str]) -> None:
    """From now on make files that every user can change, where nobody knows the user of the agent's image."""
    if environment.get("AUTOCODER_ANY_USER"):
        os.umask(0)


def become(user: tuple[int, int] | None, *folders: Path) -> None:
    """Go on as the agent's *user*: all that is written to *folders* from here on belongs to the agent."""
    if user is None:
        return
    uid, gid = user
    for folder in folders:
        os.chown(folder, uid, gid)
    os.setgroups([])
    os.setgid(gid)
    os.setuid(uid)
