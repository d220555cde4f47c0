"""A client of the control routes, for tests and benchmarks.

The resulting states: https://learn.microsoft.com/azure/container-instances/container-state
"""

import ssl
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx


class PlatformControl:
    """Calls `/_control/...` of a running emulator; every call raises `httpx.HTTPStatusError` when refused."""

    def __init__(self, url: str, bundle: Path | str) -> None:
        context = ssl.create_default_context(cafile=str(bundle))
        self.client = httpx.Client(base_url=url, verify=context, timeout=30)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.client.close()

    def next_group(self, kind: str, *, times: int = 1, seconds: float = 0.0) -> None:
        """Make the next *times* groups fail or wait: `neverStarts`, `failsToProvision` or `startDelay`."""
        self._send("POST", "/_control/troubles", {"kind": kind, "times": times, "seconds": seconds})

    def no_trouble(self) -> None:
        """Cancel the failures set for the next groups."""
        self._send("DELETE", "/_control/troubles")

    def restart_container(self, group: str, container: str) -> None:
        """Restart one running container, as the platform may."""
        self._send("POST", f"/_control/groups/{group}/restart", {"container": container})

    def restart_group(self, group: str, *, empty_volumes: bool = False) -> None:
        """Restart a whole group with its init containers, as the platform may."""
        self._send("POST", f"/_control/groups/{group}/restart", {"emptyVolumes": empty_volumes})

    def out_of_memory(self, group: str, container: str) -> None:
        """Kill a running container as the kernel does when its memory runs out."""
        self._send("POST", f"/_control/groups/{group}/outOfMemory", {"container": container})

    def limit(self, **limits: int) -> None:
        """Change limits: `groups`, `cores`, `perFiveMinutes`, `perHour`."""
        self._send("PUT", "/_control/limits", limits)

    def fault(self, **fault: Any) -> None:
        """Make the next matching requests fail; for the fields see `emulators/faults.py`."""
        self._send("POST", "/_control/faults", fault)

    def processes(self) -> dict[str, dict[str, list[int]]]:
        """Return the ids of live processes by group and container."""
        listed: dict[str, dict[str, list[int]]] = self._send("GET", "/_control/processes").json()
        return listed

    def isolation(self) -> str:
        """Return `bubblewrap` or `none`."""
        return str(self._send("GET", "/_control/isolation").json()["isolation"])

    def _send(self, method: str, path: str, body: dict[str, Any] | None = None) -> httpx.Response:
        return self.client.request(method, path, json=body).raise_for_status()
