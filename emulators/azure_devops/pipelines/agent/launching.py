"""The processes of a step: shell scripts, the task, and the Git commands of a checkout.

https://learn.microsoft.com/azure/devops/pipelines/yaml-schema/steps-script
https://learn.microsoft.com/azure/devops/pipelines/yaml-schema/steps-checkout
"""

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass

from emulators.azure_devops.core.repository_shapes import web_url
from emulators.azure_devops.core.state import JSON, State, new_id
from emulators.azure_devops.pipelines import connections
from emulators.azure_devops.pipelines.agent.left_processes import MARK
from emulators.azure_devops.pipelines.agent.predefined import Context
from emulators.azure_devops.pipelines.agent.process import Start
from emulators.azure_devops.pipelines.agent.tasks import (
    Task,
    connection_environment,
    input_environment,
    inputs_of,
)
from emulators.azure_devops.pipelines.agent.variables import Variables, environment_name
from emulators.azure_devops.pipelines.agent.workspace import Workspace
from emulators.azure_devops.pipelines.document.steps import Step
from emulators.azure_devops.storage.git_commands import environment as git_environment

PASSED_ON = ("PATH", "LANG", "LC_ALL", "TMPDIR")  # nothing else of the emulator's own environment


@dataclass(frozen=True, slots=True)
class Launcher:
    """Prepares the processes of one run; *mark* marks them, so that none is left at the end."""

    state: State
    context: Context
    workspace: Workspace
    variables: Variables
    task: Task | None
    mark: str

    def script(self, step: Step) -> Start:
        """Return the shell that runs a script."""
        file = self.workspace.temp / f"{new_id()}.sh"
        file.write_text(self.variables.expand(step.value), "utf-8")
        command = [shutil.which("bash") or "bash", "--noprofile", "--norc", str(file)]
        return Start(command, self.workspace.sources, self._environment(step, {}))

    def node(self, step: Step, task: Task, instance: str) -> Start:
        """Return the process of the task; raises `OSError` without Node."""
        node = shutil.which("node")
        if node is None:
            raise OSError("Node is not installed on this machine; the task needs version 20 or newer.")
        expanded = {name: self.variables.expand(value) for name, value in step.inputs.items()}
        inputs = inputs_of(task, expanded)
        given: dict[str, str] = {}
        for name, value in inputs.items():
            known = self._connection(task, name, value)
            inputs[name] = str(known["id"]) if known else value
            given |= connection_environment(known) if known else {}
        own = {
            **given,
            **input_environment(inputs),
            **self.variables.secret_environment(),
            "SYSTEM_TASKINSTANCEID": instance,
            "SYSTEM_TASKINSTANCENAME": step.name,
        }
        return Start(
            [node, str(task.folder / task.script)], self.workspace.sources, self._environment(step, own)
        )

    def checkout(self) -> list[Start]:
        """Return the Git commands that put the run's commit into the sources."""
        source = str(self.state.path_of(self.context.repository))
        web = web_url(self.context.url, self.context.project, self.context.repository)
        commands = (
            ("clone", "--quiet", "--no-hardlinks", "--no-checkout", "--", source, "."),
            ("checkout", "--quiet", "--detach", str(self.context.run["version"])),
            ("remote", "set-url", "origin", web),
        )
        variables = {**git_environment(), MARK: self.mark}
        return [Start(["git", *words], self.workspace.sources, variables) for words in commands]

    def secrets_of_connections(self, task: Task, step: Step) -> list[str]:
        """Return the secrets of the service connections that a step names."""
        found = [self._connection(task, name, value) for name, value in inputs_of(task, step.inputs).items()]
        return [value for known in found if known for value in known["parameters"].values()]

    def _connection(self, task: Task, name: str, value: str) -> JSON | None:
        is_connection = name.lower() in (one.lower() for one in task.connections)
        return connections.connection(self.state, self.context.project, value) if is_connection else None

    def _environment(self, step: Step, own: Mapping[str, str]) -> dict[str, str]:
        env = {name: self.variables.expand(value) for name, value in step.env.items()}
        return {
            **{name: os.environ[name] for name in PASSED_ON if name in os.environ},
            "HOME": str(self.workspace.home),
            "NO_PROXY": "127.0.0.1,localhost",
            **self.variables.environment(),
            **{environment_name(name): value for name, value in env.items()},
            **own,
            MARK: self.mark,
        }
