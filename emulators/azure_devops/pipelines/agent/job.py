"""Executes the steps of one run, in order, by their conditions, until the end or a cancel.

https://learn.microsoft.com/azure/devops/pipelines/process/runs
https://learn.microsoft.com/azure/devops/pipelines/process/conditions
"""

import asyncio
import re
from collections.abc import Callable
from pathlib import Path

from emulators.azure_devops.core.state import JSON
from emulators.azure_devops.pipelines.agent.launching import Launcher
from emulators.azure_devops.pipelines.agent.left_processes import LeftProcesses
from emulators.azure_devops.pipelines.agent.logs import Log
from emulators.azure_devops.pipelines.agent.masks import Masks
from emulators.azure_devops.pipelines.agent.output import Output, is_summary
from emulators.azure_devops.pipelines.agent.predefined import AGENT_NAME
from emulators.azure_devops.pipelines.agent.process import SIGINT_SECONDS, Start, run
from emulators.azure_devops.pipelines.agent.publishing import PublishError, publish
from emulators.azure_devops.pipelines.agent.timeline import begin, complete
from emulators.azure_devops.pipelines.agent.workspace import log_path
from emulators.azure_devops.pipelines.document.steps import Step

MAX_JOB_SECONDS = 60 * 60
MILLISECONDS = re.compile(r"[0-9]{1,9}")
MAX_CANCEL_SECONDS = 5 * 60  # for the steps that run after a cancel, such as those with `always()`


class Job:
    """The one job of a run; *left* hears of what its steps leave, *save* writes the run after each change."""

    def __init__(
        self, launcher: Launcher, masks: Masks, left: LeftProcesses, save: Callable[[], None]
    ) -> None:
        self.launcher, self.masks, self.left, self.save = launcher, masks, left, save
        self.run = launcher.context.run
        self.is_cancelled = self.has_failed = self.has_issues = False
        self._stop = asyncio.Event()
        self._summaries: list[Path] = []
        self._now = asyncio.get_running_loop().time
        self._deadline = self._now() + MAX_JOB_SECONDS

    @property
    def result(self) -> str:
        """The result of the run, as builds have it."""
        if self.is_cancelled:
            return "canceled"
        return "failed" if self.has_failed else "partiallySucceeded" if self.has_issues else "succeeded"

    def cancel(self) -> None:
        """Stop the step in progress; those whose condition allows it follow, and have a time of their own.

        Another cancel changes nothing: neither does it stop those steps, nor give them more time.
        """
        if not self.is_cancelled:
            self.is_cancelled = True
            self._deadline = self._now() + MAX_CANCEL_SECONDS
            self._stop.set()

    async def execute(self, steps: tuple[Step, ...]) -> None:
        """Execute *steps*, whose records in the timeline follow those of stage, phase and job."""
        above, records = self.run["records"][:3], self.run["records"][3:]
        for record in above:
            begin(record)
        for log_id, (step, record) in enumerate(zip(steps, records, strict=True), 1):
            if step.is_enabled and self._is_due(step.condition) and self._now() < self._deadline:
                await self._step(step, record, log_id)
            else:
                complete(record, "skipped")
            self.save()
        self.run["summaries"] += [self._text(path) for path in self._summaries if is_summary(path)]
        ended = {"partiallySucceeded": "succeededWithIssues"}.get(self.result, self.result)
        for record in above:
            complete(record, ended)

    def _is_due(self, condition: str) -> bool:
        return {
            "always()": True,
            "failed()": self.has_failed and not self.is_cancelled,
            "succeededOrFailed()": not self.is_cancelled,
            "canceled()": self.is_cancelled,
        }.get(condition, not (self.has_failed or self.is_cancelled))

    async def _step(self, step: Step, record: JSON, log_id: int) -> None:
        variables = self.launcher.variables
        log = Log(log_path(self.launcher.state, self.run["id"], log_id), self.masks)
        record["log"] = {"id": log_id, "type": "Container"}
        variables.set("Agent.JobStatus", self._job_status())
        begin(record, variables)
        record["name"] = self.masks.hide(record["name"])
        output = Output(record, log, variables, self.masks)
        self.save()
        log.write(f"##[section]Starting: {record['name']}")
        self._stop = asyncio.Event()
        timer = asyncio.get_running_loop().call_at(self._deadline, self._time_out, output)
        try:
            await self._act(step, record, output)
        except OSError as error:
            output.fail(f"The step cannot run: {error}")
        finally:
            timer.cancel()
            log.write(f"##[section]Finishing: {record['name']}")
            log.close()
        if self._stop.is_set():
            output.result = "canceled"
        self._conclude(step, record, output)

    def _conclude(self, step: Step, record: JSON, output: Output) -> None:
        if output.result == "failed" and step.continue_on_error:
            output.result = "succeededWithIssues"
        self.has_failed = self.has_failed or output.result == "failed"
        self.has_issues = self.has_issues or output.result == "succeededWithIssues"
        self._summaries += output.summaries
        complete(record, output.result)

    def _text(self, path: Path) -> str:
        return self.masks.hide(path.read_text("utf-8", errors="replace"))

    def _job_status(self) -> str:
        statuses = {"partiallySucceeded": "SucceededWithIssues"}
        return statuses.get(self.result, self.result.capitalize())

    def _time_out(self, output: Output) -> None:
        """Cancel the job, which has used up its time; after a cancel, stop the step that follows it."""
        output.issue("error", f"The job running on agent {AGENT_NAME} ran longer than the maximum time.")
        self.cancel()
        self._stop.set()

    async def _act(self, step: Step, record: JSON, output: Output) -> None:
        task = self.launcher.task
        if step.kind == "checkout" and step.value == "self":
            for start in self.launcher.checkout():
                await self._process(start, output, "Git")
        elif step.kind in ("script", "bash"):
            await self._process(self.launcher.script(step), output, "Bash")
        elif step.kind == "publish":
            self._publish(step, output)
        elif step.kind == "task" and task is not None:
            for secret in self.launcher.secrets_of_connections(task, step):
                self.masks.add(secret)
            output.log.write(f"Task         : {task.name}\nDescription  : {task.description}")
            output.log.write(f"Version      : {task.version}")
            output.settable = task.settable
            await self._process(self.launcher.node(step, task, record["id"]), output, "Node")

    async def _process(self, start: Start, output: Output, program: str) -> None:
        """Run a process unless the step has failed or was stopped; a failing process fails the step."""
        if output.result == "failed" or self._stop.is_set():
            return
        given = self.launcher.variables.get("PROCESS_SIGINT_TIMEOUT")
        seconds = int(given) / 1000 if MILLISECONDS.fullmatch(given) else SIGINT_SECONDS
        code = await run(start, output.receive, self._stop, self.left, seconds)
        if code != 0 and not self._stop.is_set():
            output.fail(f"{program} exited with code '{code}'.")

    def _publish(self, step: Step, output: Output) -> None:
        expand = self.launcher.variables.expand
        sources = self.launcher.workspace.sources
        try:
            name = publish(
                self.launcher.state, self.run["id"], sources / expand(step.value), expand(step.artifact)
            )
        except PublishError as error:
            output.fail(str(error))
            return
        self.run["artifacts"].append(name)
        output.log.write(f"Published the artifact {name}.")
