"""The work between the claim of a run and its result: the agent, its commit, the verification, the pack."""

import os
import time
from functools import partial
from typing import TYPE_CHECKING, Any

from runner.files import write_whole
from runner.gateway.budget import Meter
from runner.gateway.server import Gateway
from runner.gateway.upstream import Upstream
from runner.supervisor.agent import AgentWatch, Ending, Reason, Timeouts, start_seconds
from runner.supervisor.environment import RunContext
from runner.supervisor.live import LiveReport

if TYPE_CHECKING:
    from runner.supervisor.collecting import Collecting

EXTRA_SECONDS = 60.0  # the wrapper's deadline comes first
DEFAULT_MINUTES = 60.0


class Work:
    """One attempt at a run: *run* is run.json, *result* becomes result.json as the work goes on."""

    def __init__(
        self, context: RunContext, run: dict[str, Any], base_tree: str, result: dict[str, Any]
    ) -> None:
        self.context, self.settings = context, context.settings
        self.run, self.base_tree, self.result = run, base_tree, result
        self.began = time.monotonic()
        self.meter = Meter(run["budget"], run["agent"].get("prices", ()))
        self.minutes = run["budget"].get("minutes") or DEFAULT_MINUTES

    def do(self) -> None:
        """Do all of it; what was used and said is in the result even when something goes wrong."""
        log, urls = self.settings.volumes["exchange"] / "log", dict(self.settings.outputs)
        self.live = LiveReport(urls, log, self.context.redactor, self.meter.usage, self.minutes)
        try:
            ending, collecting = self._let_agent_work()
            collecting.collect(ending, self.meter.refused, self.minutes, self.base_tree)
        finally:
            self.result["usage"] = self.meter.usage()
            self.live.finish()

    def _let_agent_work(self) -> "tuple[Ending, Collecting]":
        """Serve the gateway until the agent has ended; nothing is spent after that."""
        agent, volumes = self.run["agent"], self.settings.volumes
        upstream = Upstream(agent["provider"], agent["upstream"], self.settings.model_key)
        gateway = Gateway(self.settings.gateway, upstream, self.meter)
        left = self.minutes * 60 + EXTRA_SECONDS - (time.monotonic() - self.began)
        patience = Timeouts(left, start=start_seconds(os.environ))
        begun = partial(self.live.phase, "running")
        watch = AgentWatch(volumes["exchange"], volumes["control"], patience, begun)
        write_whole(volumes["control"] / "start")
        try:
            collecting = self._collecting()
            ending = watch.wait(self._must_stop)
        finally:
            gateway.close()
            write_whole(volumes["control"] / "stop")
            self.live.end_log()
        self.result["seconds"]["agent"] = ending.seconds
        self.result["agentExitCode"] = ending.exit_code
        return ending, collecting

    def _must_stop(self) -> Reason | None:
        if self.context.is_terminated():
            return "terminated"
        return "budget" if self.meter.refused else None

    def _collecting(self) -> "Collecting":
        """Return what comes after the agent; it is imported while the agent works."""
        from runner.supervisor.collecting import Collecting

        return Collecting(self.context, self.live, self.run, self.result)
