"""The extension's program: its settings, its start, and its end.

It reads the app's host.json itself, and is given the overrides of it; `tests/durable_extension/README.md`
lists its own settings. https://learn.microsoft.com/azure/durable-task/durable-functions/durable-functions-host-json-settings
"""

import asyncio
import contextlib
import os
import re
import signal
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from emulators.functions_host.errors import HostError
from emulators.functions_host.host_json import OVERRIDE
from emulators.processes.parents import end_with_this

ADDRESS = re.compile(r"http://(?:127\.0\.0\.1|localhost):\d+/durabletask/")
OPTION = "AzureWebJobs__extensions__durableTask__"
APP_OVERRIDE = f"{OVERRIDE}__extensions__durableTask__"
START_SECONDS, STOP_SECONDS = 50.0, 5.0
TICK = 0.05
SHOWN_CHARACTERS = 3000


@dataclass(frozen=True, slots=True)
class Program:
    """What to start: the program, the app's folder and hub, and the log of its output."""

    path: Path
    app: Path
    hub: str
    log: Path

    @asynccontextmanager
    async def running(self, bridge: str, functions: str) -> AsyncIterator["Running"]:
        """Start the program for *functions* at the address *bridge*, and end it at the end.

        Raises `HostError` when it does not come up.
        """
        offset = self.log.stat().st_size if self.log.exists() else 0
        with self.log.open("ab") as output:
            process = await asyncio.create_subprocess_exec(
                self.path,
                env={**os.environ, **self._environment(bridge, functions)},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                preexec_fn=end_with_this(signal.SIGKILL),  # a host that is killed takes its extension with it
            )
        running = Running(process, self.log, offset)
        try:
            yield running
        finally:
            await running.end()

    def _environment(self, bridge: str, functions: str) -> Mapping[str, str]:
        given = {name: value for name, value in os.environ.items() if name.startswith(APP_OVERRIDE)}
        options = {name.removeprefix(APP_OVERRIDE): value for name, value in given.items()}
        return {
            "BRIDGE_URL": bridge,
            "FUNCTIONS": functions,
            "HOST_JSON": str(self.app / "host.json"),
            "QUIET": "1",
            **{f"{OPTION}{name}": value for name, value in {**options, "hubName": self.hub}.items()},
        }


@dataclass(frozen=True, slots=True)
class Running:
    """The started program; its output begins at *offset* in its log."""

    process: asyncio.subprocess.Process
    log: Path
    offset: int

    async def address(self) -> str:
        """Return the address of its HTTP API for clients, once it names one; raises `HostError`."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(START_SECONDS):
                while self.process.returncode is None:
                    found = ADDRESS.search(self._output())
                    if found:
                        return found[0]
                    await asyncio.sleep(TICK)
        raise HostError(
            f"the Durable extension did not start. It printed:\n{self._output()[-SHOWN_CHARACTERS:]}"
        )

    async def end(self) -> None:
        """End the program, which may finish what it has begun; it is killed when that takes long."""
        with contextlib.suppress(ProcessLookupError):
            self.process.terminate()
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await self.process.wait()
        except TimeoutError:
            self.process.kill()
            await self.process.wait()

    def _output(self) -> str:
        with self.log.open("rb") as file:
            file.seek(self.offset)
            return file.read().decode(errors="replace")
