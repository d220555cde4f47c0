"""The phase after the agent: commit, outcome, verification, pack."""

import contextlib
import time
from collections.abc import Collection
from pathlib import Path
from typing import Any, NamedTuple

from autocoder.shared.outcomes import BY_SUPERVISOR
from autocoder.shared.policy import Rules
from runner.blobs import PAUSES, ExchangeError
from runner.change.collected import CollectedChange
from runner.change.commit import UNPUBLISHED, Base, Collector
from runner.gateway.record import ModelCalls
from runner.git import GIT_FOLDER, Git, GitError
from runner.supervisor.agent import Ending
from runner.supervisor.ending import cause_of, outcome_of, withheld_part
from runner.supervisor.environment import RunContext
from runner.supervisor.events import EventTable
from runner.supervisor.final_message import read_final_message
from runner.supervisor.live import LiveReport
from runner.supervisor.turns import verify_turn
from runner.supervisor.verification import TOTAL_SECONDS, Verification, not_run

GIT_SECONDS = 60.0  # the limit for each call, because some files can block Git for ever


class CollectingPhase(NamedTuple):
    """The last phase of an attempt: *run* is run.json; *result* is filled in and becomes result.json."""

    context: RunContext
    live: LiveReport
    run: dict[str, Any]
    result: dict[str, Any]

    def collect(self, log: Path, ending: Ending, calls: ModelCalls, minutes: float, base_tree: str) -> None:
        """Commit the agent's change and determine the outcome; verify and pack what will be published.

        *log* is what the agent has printed, *calls* what the gateway saw of its model.
        Raises `GitError` when Git fails, and `ExchangeError` when the pack cannot be uploaded.
        """
        self.live.phase("collecting")
        table = EventTable(self.run["agent"].get("events", {}))
        final = read_final_message(log, table, self.context.redactor)
        self.result["summary"] = final.text
        collector, collected = self._collector(base_tree), CollectedChange()
        if ending.reason != "terminated":
            collected = collector.collect(self.run["commit"])
        exit_is_status = bool(self.run["agent"].get("exitIsStatus"))
        cause = cause_of(ending, final, calls.failure, exit_is_status=exit_is_status)
        judged = outcome_of(ending, calls.refused, final, collected, minutes=minutes, cause=cause)
        self.result.update(judged._asdict())
        if collected.commit:
            self.result["lines"] = dict(collected.difference.lines)
            if BY_SUPERVISOR[judged.outcome].carries_change:
                collected = collected.without_made(self._verify(collector, collected.may_be_made))
                self._upload(collector, collected)
        self.result.update(withheld_part(collected.withheld))
        self.result["buildOutputs"] = dict(collected.outputs)
        if collected.unpublished:
            self._keep(collector, collected)

    def _collector(self, base_tree: str) -> Collector:
        repository = self.context.settings.volumes["repository"]
        rules = Rules.of(self.run["policy"], self.run["agent"].get("leftovers", ()))
        base = Base(self.run["baseCommit"], base_tree)
        settings = self.context.settings
        git = Git(repository / GIT_FOLDER, user=settings.agent_user, seconds=GIT_SECONDS)
        reader = None if settings.any_user else settings.agent_user
        return Collector(git, settings.volumes["workspace"], base, rules, self.context.redactor, reader)

    def _verify(self, collector: Collector, missing: Collection[str]) -> frozenset[str]:
        """Run the team's commands on the commit; return which of the *missing* files they have made."""
        setup, verify = self.run.get("setup", ()), self.run.get("verify", ())
        if not setup and not verify:
            return frozenset()
        self.live.phase("verifying")
        began = time.monotonic()
        turn = verify_turn(self.context.settings.volumes)
        verification = Verification(turn, self.context.redactor)
        try:
            collector.check_out(verification.checkout, TOTAL_SECONDS)
            left = TOTAL_SECONDS - (time.monotonic() - began)
            self.result["verification"] = verification.run(setup, verify, left)
        except (GitError, OSError):  # the change is published without a verification
            self.result["verification"] = [not_run(command) for command in (*setup, *verify)]
        self.result["seconds"]["verify"] = round(time.monotonic() - began, 2)
        self.live.phase("collecting")
        return verification.made(missing)

    def _upload(self, collector: Collector, collected: CollectedChange) -> None:
        began = time.monotonic()
        path, self.result["pack"] = collector.pack(collected)
        self.context.client.put(self.context.settings.outputs["changes.pack"], path)
        self.result["seconds"]["pack"] = round(time.monotonic() - began, 2)

    def _keep(self, collector: Collector, collected: CollectedChange) -> None:
        """Upload the archive of what is not published, if that is possible: the run does not fail for it."""
        place = self.context.settings.outputs.get(UNPUBLISHED)  # none from an app that does not know of it
        if place is None:
            return
        with contextlib.suppress(OSError, ExchangeError):
            path, kept = collector.keep(collected)
            if kept.files:
                self.context.client.with_pauses(PAUSES).put(place, path)
                self.result["kept"] = kept._asdict()
