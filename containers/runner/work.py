"""The work between the claim of a run and its result: the agent, its commit, the verification, the pack."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from autocoder.policy import Rules
from autocoder.redaction import Redactor
from runner.agent import AgentWatch, Ending, Patience, Reason
from runner.blobs import Client
from runner.budget import Meter
from runner.clone import GIT_FOLDER
from runner.commit import Base, Collected, Collector
from runner.environment import Settings
from runner.files import write_whole
from runner.final_message import read_final_message
from runner.gateway import Gateway, Upstream
from runner.git import Git
from runner.live import LiveReport
from runner.outcome import PUBLISHED, outcome_of
from runner.verification import Verification

EXTRA_SECONDS = 60.0  # the wrapper's deadline comes first
DEFAULT_MINUTES = 60.0


@dataclass(slots=True)
class Work:
    """One attempt at a run: *run* is run.json, *result* becomes result.json as the work goes on."""

    settings: Settings
    redactor: Redactor
    client: Client
    run: dict[str, Any]
    base_tree: str
    result: dict[str, Any]
    is_terminated: Callable[[], bool]
    began: float = field(default_factory=time.monotonic)
    meter: Meter = field(init=False)
    minutes: float = field(init=False)
    live: LiveReport = field(init=False)

    def __post_init__(self) -> None:
        self.meter = Meter(self.run["budget"], self.run["agent"].get("prices", ()))
        self.minutes = self.run["budget"].get("minutes") or DEFAULT_MINUTES
        log = self.settings.volumes["exchange"] / "log"
        outputs = dict(self.settings.outputs)
        self.live = LiveReport(outputs, log, self.redactor, self.meter.usage, self.minutes)

    def do(self) -> None:
        """Do all of it; what was used and said is in the result even when something goes wrong."""
        try:
            ending = self._let_agent_work()
            self._collect(ending)
        finally:
            self.result["usage"] = self.meter.usage()
            self.live.finish()

    def _let_agent_work(self) -> Ending:
        """Serve the gateway until the agent has ended; nothing is spent after that."""
        agent, volumes = self.run["agent"], self.settings.volumes
        upstream = Upstream(agent["provider"], agent["upstream"], self.settings.model_key)
        gateway = Gateway(self.settings.gateway, upstream, self.meter)
        patience = Patience(self.minutes * 60 + EXTRA_SECONDS - (time.monotonic() - self.began))
        begun = partial(self.live.phase, "running")
        watch = AgentWatch(volumes["exchange"], volumes["control"], patience, begun)
        write_whole(volumes["control"] / "start")
        try:
            ending = watch.wait(self._must_stop)
        finally:
            gateway.close()
            write_whole(volumes["control"] / "stop")
        self.result["seconds"]["agent"] = ending.seconds
        self.result["agentExitCode"] = ending.exit_code
        return ending

    def _must_stop(self) -> Reason | None:
        if self.is_terminated():
            return "terminated"
        return "budget" if self.meter.refused else None

    def _collect(self, ending: Ending) -> None:
        """Commit what the agent has changed and judge the run; verify and pack what will be published."""
        self.live.phase("collecting")
        form = self.run["agent"].get("result", {})
        final = read_final_message(self.settings.volumes["exchange"] / "log", form)
        self.result["summary"] = final.text
        collector, collected = self._collector(), Collected()
        if ending.reason != "terminated":
            collected = collector.collect(self.run["commit"])
        outcome, reason = outcome_of(ending, self.meter.refused, final, collected, self.minutes)
        self.result |= {"outcome": outcome, "reason": reason}
        self.result["withheld"] = [
            {"path": verdict.path, "reason": verdict.reason} for verdict in collected.withheld
        ]
        if collected.commit:
            self.result["lines"] = dict(collected.difference.lines)
            if outcome in PUBLISHED:
                self._verify(collector)
                self._upload(collector, collected)

    def _collector(self) -> Collector:
        repository = self.settings.volumes["repository"]
        rules = Rules.of(self.run["policy"], self.run["agent"].get("leftovers", ()))
        base = Base(self.run["baseCommit"], self.base_tree)
        git = Git(repository / GIT_FOLDER)
        return Collector(git, self.settings.volumes["workspace"], base, rules, self.redactor)

    def _verify(self, collector: Collector) -> None:
        commands = [*self.run.get("setup", ()), *self.run.get("verify", ())]
        if not commands:
            return
        self.live.phase("verifying")
        began = time.monotonic()
        volumes = self.settings.volumes
        verification = Verification(volumes["control"], volumes["verification"], self.redactor)
        collector.check_out(verification.checkout, self.settings.agent_user)
        self.result["verification"] = verification.run(commands)
        self.result["seconds"]["verify"] = round(time.monotonic() - began, 2)
        self.live.phase("collecting")

    def _upload(self, collector: Collector, collected: Collected) -> None:
        began = time.monotonic()
        path, self.result["pack"] = collector.pack(collected)
        self.client.put(self.settings.outputs["changes.pack"], path)
        self.result["seconds"]["pack"] = round(time.monotonic() - began, 2)
