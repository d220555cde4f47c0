"""Doing several pieces of upkeep in turn, whichever of them fails."""

import logging
import traceback
from collections.abc import Awaitable, Callable, Iterable, Mapping

from autocoder.clients.connect import Clients
from autocoder.errors import AutocoderError

log = logging.getLogger("autocoder.triggers")


async def sweep(connected: Clients, parts: Mapping[str, Awaitable[int]]) -> None:
    """Do every part in turn, whichever of them fails, and log what came of it."""
    done = [f"{await attempt(connected, what, part)} {what}" for what, part in parts.items()]
    log.info("janitor: %s", ", ".join(done))


async def attempt(connected: Clients, what: str, part: Awaitable[int]) -> int:
    """Return how much *part* did; when it fails that is logged, and the next round tries again."""
    try:
        return await part
    except Exception:
        log.error("janitor: %s failed: %s", what, connected.redact(traceback.format_exc()))
        return 0


def do_each(connected: Clients, what: str, names: Iterable[str], do: Callable[[str], int]) -> int:
    """Return how much *do* did for all *names*; one that fails is logged, and keeps no other back."""
    return sum(_done(connected, what, name, do) for name in names)


def _done(connected: Clients, what: str, name: str, do: Callable[[str], int]) -> int:
    try:
        return do(name)
    except AutocoderError as error:  # what a service answers: its words say enough
        log.warning("janitor: %s %s: %s", what, name, connected.redact(str(error)))
    except Exception:
        log.error("janitor: %s %s failed: %s", what, name, connected.redact(traceback.format_exc()))
    return 0
