"""A client of the app's REST interface, and the keys that the local functions host made for it.

https://learn.microsoft.com/azure/azure-functions/function-keys-how-to
"""

import json
import time
from collections.abc import Iterator
from typing import Any

import httpx

from emulators.platform.plan import Plan
from emulators.platform.processes import PlatformError
from emulators.ports import FUNCTIONS_HOST

JSON = dict[str, Any]
PHASES = ("queued", "preparing", "provisioning", "running", "verifying", "publishing", "reporting")
POLL_SECONDS = 0.05


def keys(plan: Plan) -> JSON:
    """Return the functions host's keys by kind: `master`, `host`, `system` and `functions`."""
    found: JSON = json.loads(plan.keys_file.read_text())
    return found


def function_key(plan: Plan, function: str) -> str:
    """Return the key of one *function*; raises `PlatformError` when the app has no such function."""
    functions = keys(plan)["functions"]
    if function not in functions:
        raise PlatformError(f"The app has no function {function}; it has {', '.join(sorted(functions))}.")
    return str(functions[function]["default"])


class App:
    """The app's REST interface, called with the host key."""

    def __init__(self, plan: Plan) -> None:
        self.url = FUNCTIONS_HOST.url(plan.base_port)
        self.http = httpx.Client(
            base_url=self.url,
            headers={"x-functions-key": keys(plan)["host"]["default"]},
            trust_env=False,
            timeout=30,
        )

    def run(self, run_id: str) -> JSON:
        """Return one run."""
        return self._ask(f"/api/runs/{run_id}")

    def runs(self, **filters: Any) -> list[JSON]:
        """Return the runs that match *filters* (query parameters), newest first."""
        answer = self._ask("/api/runs", **filters)
        return list(answer["value"])

    def log(self, run_id: str, *, raw: bool = False) -> str:
        """Return the readable log so far or, if *raw*, the agent's own output (the first 256 KiB)."""
        return str(self._ask(f"/api/runs/{run_id}/log", raw=str(raw).lower())["text"])

    def follow(self, run_id: str, seconds: float) -> Iterator[JSON]:
        """Yield the run at each change of its status; raises `PlatformError` after *seconds*."""
        deadline, status = time.monotonic() + seconds, ""
        while time.monotonic() < deadline:
            run = self.run(run_id)
            if run["status"] != status:
                status = run["status"]
                yield run
            if status not in PHASES:
                return
            time.sleep(POLL_SECONDS)
        raise PlatformError(
            f"Run {run_id} is still {status} after {seconds:g} seconds. Its log:\n{self.log(run_id)}"
        )

    def _ask(self, path: str, **parameters: Any) -> JSON:
        answer = self.http.get(path, params=parameters)
        if not answer.is_success:
            raise PlatformError(f"The app: GET {path}: HTTP {answer.status_code} {answer.text[:300]}")
        found: JSON = answer.json()
        return found
