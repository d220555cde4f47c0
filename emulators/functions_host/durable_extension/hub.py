"""The task hub that the extension keeps: its program with the bridge, while the host runs.

https://learn.microsoft.com/azure/azure-functions/durable/durable-functions-task-hubs
"""

import asyncio
import contextlib
import logging
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from emulators.functions_host.durable_extension.bridge import Bridge
from emulators.functions_host.durable_extension.program import Program, Running

log = logging.getLogger("host.durable")


@asynccontextmanager
async def serving(program: Program, bridge: Bridge) -> AsyncIterator[str]:
    """Run *program* for the functions of *bridge*, and yield the address of durable clients.

    The host ends when the program does. Raises `HostError` when it does not start.
    """
    async with bridge.serving() as url, program.running(url, bridge.functions) as running:
        address = await running.address()
        lost = asyncio.create_task(_end_with(running))
        yield address
        lost.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await lost


async def _end_with(running: Running) -> None:
    """End this host when the program ends: without it, no orchestration would ever continue."""
    code = await running.process.wait()
    log.critical("The Durable extension has ended (exit code %s); the host ends", code)
    logging.shutdown()
    os._exit(1)
