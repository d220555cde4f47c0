"""The work between the claim of an attempt and its result: agent, commit, verification, pack."""

import os
import time
from functools import partial
from typing import TYPE_CHECKING, Any

from runner.files import write_whole
from runner.gateway.budget import Meter
from runner.gateway.patience import RunTime
from runner.gateway.record import CallRecord, ModelCalls, SeenFailure
from runner.gateway.server import Gateway
from runner.gateway.upstream import Upstream
from runner.supervisor.agent import AgentWatch, Ending, Reason, Timeouts, start_seconds
from runner.supervisor.agent_log import AgentLog
from runner.supervisor.callback import call_app_once
from runner.supervisor.environment import RunContext
from runner.supervisor.events import EventTable
from runner.supervisor.live import LiveReport
from runner.supervisor.turns import agent_turn

if TYPE_CHECKING:
    from runner.supervisor.collecting import CollectingPhase

EXTRA_SECONDS = 60.0  # added to the deadline, so that the wrapper's own deadline comes first
DEFAULT_MINUTES = 60.0


class Work:
    """One attempt at a run: *run* is run.json; *result* is filled in and becomes result.json."""

    def __init__(
        self, context: RunContext, run: dict[str, Any], base_tree: str, result: dict[str, Any]
    ) -> None:
        self.context, self.settings = context, context.settings
        self.run, self.base_tree, self.result = run, base_tree, result
        self.began = time.monotonic()
        self.meter = Meter(run["budget"], run["agent"].get("prices", ()))
        self.minutes = run["budget"].get("minutes") or DEFAULT_MINUTES
        self.run_time = RunTime(self.minutes * 60, self.began)
        self.record = CallRecord()
        self.failure: SeenFailure | None = None  # of the agent's last model call

    def do(self) -> None:
        """Do all of the work. Usage and log are kept even if a step fails.

        Raises `GitError` when Git fails, and `ExchangeError` when the pack cannot be uploaded.
        """
        self.turn = agent_turn(self.settings.volumes)
        table = EventTable(self.run["agent"].get("events", {}))
        notices = self.record.take_notices
        log = AgentLog(self.turn.log, table, self.context.redactor, self.meter.usage, notices)
        told = partial(call_app_once, self.settings)
        self.live = LiveReport(self.settings.outputs, log, self.meter.usage, self.minutes, told)
        try:
            ending, collecting = self._let_agent_work()
            calls = ModelCalls(self.meter.refused, self.failure)
            collecting.collect(self.turn.log, ending, calls, self.minutes, self.base_tree)
        finally:
            self.result["usage"] = self.meter.usage()
            self.result["toldToFinish"] = self.record.told_to_finish
            self.live.finish()

    def _let_agent_work(self) -> "tuple[Ending, CollectingPhase]":
        """Serve the gateway until the agent has ended. No model call is made after that."""
        agent, volumes = self.run["agent"], self.settings.volumes
        upstream = Upstream(agent["provider"], agent["upstream"], self.settings.model_key)
        gateway = Gateway(self.settings.gateway, upstream, self.meter, self.run_time, record=self.record)
        left = self.minutes * 60 + EXTRA_SECONDS - (time.monotonic() - self.began)
        timeouts = Timeouts(left, start=start_seconds(os.environ))
        started = partial(self.live.phase, "running")
        watch = AgentWatch(self.turn, volumes["control"], timeouts, started)
        self.turn.begin()
        try:
            collecting = self._collecting()
            ending = watch.wait(self._must_stop)
            self.failure = self.record.failure  # calls that are ended now have not failed
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

    def _collecting(self) -> "CollectingPhase":
        """Return the steps after the agent. Their modules are imported while the agent works."""
        from runner.supervisor.collecting import CollectingPhase

        return CollectingPhase(self.context, self.live, self.run, self.result)
