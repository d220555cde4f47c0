"""The output of one step: lines go to its log, logging commands change variables, issues and the result.

https://learn.microsoft.com/azure/devops/pipelines/scripts/logging-commands
https://github.com/microsoft/azure-pipelines-agent/tree/master/src/Agent.Worker
"""

import re
from collections.abc import Callable
from pathlib import Path

from emulators.azure_devops.core.state import JSON
from emulators.azure_devops.pipelines.agent.commands import Command, command_in
from emulators.azure_devops.pipelines.agent.logs import Log
from emulators.azure_devops.pipelines.agent.masks import Masks
from emulators.azure_devops.pipelines.agent.variables import Variables

RESULTS = ("succeeded", "succeededWithIssues", "skipped", "canceled", "failed")  # the last one counts most
MAX_ISSUES = 10  # of each type and step, as the service keeps them
MAX_SUMMARY_BYTES = 1 << 20
PERCENTAGE = re.compile(r"0*(100|[0-9]{1,2})")
DOCUMENTATION = "Please reference documentation (http://go.microsoft.com/fwlink/?LinkId=817296)"
Act = Callable[[Command], bool]


class Output:
    """Receives the lines of one step; *record* is its record in the timeline."""

    def __init__(self, record: JSON, log: Log, variables: Variables, masks: Masks) -> None:
        self.record, self.log = record, log
        self.result = RESULTS[0]
        self.summaries: list[Path] = []
        self.settable: tuple[str, ...] | None = None
        self._variables, self._masks = variables, masks
        self._acts: dict[str, Act] = {
            "task.setvariable": self._set_variable,
            "task.setsecret": self._set_secret,
            "task.logissue": self._log_issue,
            "task.issue": self._log_issue,
            "task.complete": self._complete,
            "task.uploadsummary": self._upload_summary,
            "task.setprogress": self._set_progress,
            "task.debug": self._debug,
        }

    def receive(self, line: str) -> None:
        """Take one line of the process's output."""
        command = command_in(line)
        if command is None:
            self.log.write(line)
            return
        act = self._acts.get(command.name)
        if act is None:
            self.issue("warning", f"The emulated agent does not cover the logging command {command.name}.")
        elif not act(command):
            self.issue("error", f"Unable to process command '{line}' successfully. {DOCUMENTATION}")

    def issue(self, kind: str, message: str) -> None:
        """Add an error or warning to the log and the timeline."""
        self.log.write(f"##[{kind}]{message}")
        self.record[f"{kind}Count"] += 1
        if self.record[f"{kind}Count"] <= MAX_ISSUES:
            shown = self._masks.hide(message)
            self.record["issues"].append({"type": kind, "category": "General", "message": shown})

    def fail(self, message: str) -> None:
        """Report an error and let the step fail."""
        self.issue("error", message)
        self.merge("failed")

    def merge(self, result: str) -> None:
        """Let *result* count unless a worse one does already."""
        self.result = max(self.result, result, key=RESULTS.index)

    def _set_variable(self, command: Command) -> bool:
        name = command.get("variable")
        if not name:
            return False
        if self.settable is not None and name.lower() not in map(str.lower, self.settable):
            self.issue(
                "warning", f"The task may not set the variable {name}: its task.json does not allow it."
            )
            return True
        step = self.record["refName"]
        shown = f"{step}.{name}" if command.flag("isOutput") and step else name
        self._variables.set(shown, command.data, is_secret=command.flag("isSecret"))
        return True

    def _set_secret(self, command: Command) -> bool:
        self._masks.add(command.data)
        return bool(command.data)

    def _log_issue(self, command: Command) -> bool:
        kind = command.get("type").lower()
        if kind not in ("error", "warning"):
            return False
        self.issue(kind, command.data)
        return True

    def _complete(self, command: Command) -> bool:
        given = command.get("result") or RESULTS[0]
        known = next((one for one in RESULTS if one.lower() == given.lower()), None)
        if known is None:
            return False
        self.merge(known)
        self.record["resultCode"] = self._masks.hide(command.data) or None
        return True

    def _upload_summary(self, command: Command) -> bool:
        """Put the file in the queue of uploads, as the agent does: it must exist now, and is read later."""
        path = Path(command.data.strip())
        if not is_summary(path):
            return False
        self.summaries.append(path)
        return True

    def _set_progress(self, command: Command) -> bool:
        found = PERCENTAGE.fullmatch(command.get("value"))
        if found is None:
            return False
        self.record["percentComplete"] = int(found[1])
        return True

    def _debug(self, command: Command) -> bool:
        if self._variables.get("system.debug").lower() == "true":
            self.log.write(f"##[debug]{command.data}")
        return True


def is_summary(path: Path) -> bool:
    """Whether *path* is a file that can be uploaded as a summary."""
    try:
        return path.is_file() and path.stat().st_size <= MAX_SUMMARY_BYTES
    except OSError:  # such as a path that is too long
        return False
