"""One container of a group: its process, its state, its events and its log.

https://learn.microsoft.com/azure/container-instances/container-state and
https://learn.microsoft.com/azure/container-instances/container-instances-restart-policy
"""

import asyncio
import os
from pathlib import Path
from typing import Any

from emulators.azure_resource_manager.definition.spec import AnyContainerSpec
from emulators.azure_resource_manager.isolation.launch import Isolation, Launch
from emulators.azure_resource_manager.lifecycle.log import Log
from emulators.azure_resource_manager.lifecycle.times import now

OUT_OF_MEMORY = 137
CANNOT_START = 127
MIN_BACK_OFF, MAX_BACK_OFF = 1.0, 60.0  # seconds


class Container:
    """One container, which is waiting, running or terminated."""

    def __init__(self, spec: AnyContainerSpec, isolation: Isolation, output: Path) -> None:
        self.spec = spec
        self.name = spec.name
        self.isolation = isolation
        self.log = Log(output)
        self.process: asyncio.subprocess.Process | None = None
        self.mark = ""
        self.started = asyncio.Event()  # set once it is running or has failed to start
        self.restarts = 0
        self.restart_wanted = False
        self.out_of_memory = False
        self.current: dict[str, Any] = {"state": "Waiting", "detailStatus": ""}
        self.previous: dict[str, Any] | None = None
        self.events: list[dict[str, Any]] = []

    @property
    def state(self) -> str:
        """`Waiting`, `Running` or `Terminated`."""
        return str(self.current["state"])

    @property
    def succeeded(self) -> bool:
        """Whether it has ended with exit code 0."""
        return self.current.get("exitCode") == 0

    async def run(self, launch: Launch) -> None:
        """Start the container and wait for its end, with exit code 127 if its command cannot be run."""
        if self.mark:
            self.restarts += 1
        if self.state == "Terminated":
            self.previous = self.current
        self.restart_wanted = self.out_of_memory = False
        self.mark = launch.mark
        process = self.process = await self._start(launch)
        if process is None:
            return
        started = now()
        self.current = {"state": "Running", "startTime": started, "detailStatus": ""}
        self.started.set()
        self.event("Started", "Started container")
        code = await process.wait()
        await self.isolation.end(process, self.mark)
        self.log.finish()
        self._terminated(code if code >= 0 else 128 - code, started)

    async def _start(self, launch: Launch) -> asyncio.subprocess.Process | None:
        """Return the process of *launch*, or None if its command cannot be run, which ends the container."""
        output = -1
        try:
            output = self.log.open()
            return await self.isolation.start(launch, output)
        except OSError as error:
            self.log.write(f"{error}\n")
            self._terminated(CANNOT_START, now())
            self.started.set()
            return None
        finally:
            if output >= 0:
                os.close(output)

    def _terminated(self, code: int, started: str) -> None:
        detail = "Completed" if code == 0 else "Error"
        if self.out_of_memory:
            code, detail = OUT_OF_MEMORY, "OOMKilled"
        ended = {"startTime": started, "exitCode": code, "finishTime": now(), "detailStatus": detail}
        self.current = {"state": "Terminated", **ended}

    async def end(self) -> None:
        """Kill the container, if it runs, with everything it has started."""
        if self.process is not None:
            ran = self.process.returncode is None
            await self.isolation.end(self.process, self.mark)
            if ran:
                self.event("Killing", f"Killing container with id {self.name}.")
            if self.state == "Running":
                self._terminated(OUT_OF_MEMORY, self.current["startTime"])
        self.log.finish()

    def kill(self, *, out_of_memory: bool = False, restart: bool = False) -> None:
        """Kill the first process, as the platform or the kernel does; `run` then records the end."""
        self.out_of_memory, self.restart_wanted = out_of_memory, restart
        if self.process is not None:
            self.isolation.kill(self.process)

    def processes(self) -> list[int]:
        """Return the ids of its live processes."""
        return self.isolation.processes(self.process, self.mark) if self.process else []

    def wait_again(self, detail: str = "") -> None:
        """Put the container into the state `Waiting`, for the reason in *detail*."""
        if self.state != "Waiting":
            self.previous = self.current
        self.current = {"state": "Waiting", "detailStatus": detail}
        self.started.clear()

    @property
    def back_off(self) -> float:
        """The seconds to wait before the next restart by policy."""
        return min(MIN_BACK_OFF * 2.0**self.restarts, MAX_BACK_OFF)

    def event(self, name: str, message: str, kind: str = "Normal") -> None:
        """Add an event, or increase the count of a repeated one."""
        moment = now()
        same = next((e for e in self.events if e["name"] == name and e["message"] == message), None)
        if same is not None:
            same["count"] += 1
            same["lastTimestamp"] = moment
            return
        times = {"count": 1, "firstTimestamp": moment, "lastTimestamp": moment}
        self.events.append({**times, "name": name, "message": message, "type": kind})
