"""Starting a run: finds branch, file and values, checks them, and writes the run.

https://learn.microsoft.com/rest/api/azure/devops/pipelines/runs/run-pipeline
"""

import asyncio
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from emulators.azure_devops.core import errors
from emulators.azure_devops.core.repository_shapes import web_url
from emulators.azure_devops.core.state import JSON, Identity, Project, Repository, State, new_id, now
from emulators.azure_devops.pipelines import connections, models
from emulators.azure_devops.pipelines.agent.tasks import AUTOCODER, Task, inputs_of
from emulators.azure_devops.pipelines.agent.timeline import new_records
from emulators.azure_devops.pipelines.document.definition import Definition, read_definition
from emulators.azure_devops.pipelines.document.problems import OPERATION, invalid
from emulators.azure_devops.pipelines.document.steps import Step
from emulators.azure_devops.storage.git_objects import Objects, read_ref

AUTHORIZATION = "For authorization details, refer to https://aka.ms/yamlauthz."


@dataclass(frozen=True, slots=True)
class Source:
    """The YAML file of a run: repository, branch or tag, and commit."""

    repository: Repository
    ref: str
    version: str


@dataclass(frozen=True, slots=True)
class Compiler:
    """Reads definitions of *project*; *task* is the built task, if there is one, *url* the organisation's."""

    state: State
    objects: Objects
    project: Project
    task: Task | None
    url: str

    def source(self, pipeline: models.Pipeline, ref: str = "") -> Source:
        """Return the source at *ref*, by default the default branch; raises 400 for an unknown one."""
        repository = models.repository_of(self.state, pipeline)
        wanted = ref or repository.default_branch
        version = read_ref(self.state.path_of(repository), wanted)
        if version is None:
            raise invalid(
                f"Unable to resolve the reference '{wanted}' to a specific version. Verify the reference "
                "exists in the source repository."
            )
        return Source(repository, wanted, version)

    async def definition(
        self, pipeline: models.Pipeline, source: Source, parameters: Mapping[str, Any]
    ) -> Definition:
        """Return what a run executes; raises 400 and 501 as `read_definition` does."""
        path = self.state.path_of(source.repository)
        file = await self.objects.read(path, f"{source.version}:{pipeline.path.lstrip('/')}")
        if file is None or file.type != "blob":
            where = web_url(self.url, self.project, source.repository)
            raise invalid(
                f"{pipeline.path}: File {pipeline.path} not found in repository {where} branch {source.ref} "
                f"version {source.version}."
            )
        definition = await asyncio.to_thread(read_definition, pipeline.path, file.content, parameters)
        for name in definition.groups:
            if connections.group(self.state, self.project, name) is None:
                raise invalid(f"Variable group was not found or is not authorized for use. {AUTHORIZATION}")
        for step in definition.steps:
            self._check_task(step)
        return definition

    def _check_task(self, step: Step) -> None:
        """Raise 501 for another task, 400 for an unbuilt task or an unknown service connection."""
        if step.kind != "task":
            return
        if not AUTOCODER.fullmatch(step.value):
            raise errors.not_covered(OPERATION, f"the task '{step.value[:100]}'")
        if self.task is None:
            name, _, version = step.value.partition("@")
            raise invalid(
                f"A task is missing. The pipeline references a task called '{name}'. This usually indicates "
                "the task isn't installed, and you may be able to install it from the Marketplace: "
                f"https://marketplace.visualstudio.com. (Task version {version}, job 'Job', step "
                f"'{step.name}'.)"
            )
        inputs = inputs_of(self.task, step.inputs)
        for name, kind in self.task.connections.items():
            wanted = next((value for given, value in inputs.items() if given.lower() == name.lower()), "")
            found = connections.connection(self.state, self.project, wanted) if wanted else None
            if wanted and (found is None or found["type"].lower() != kind.lower()):
                raise invalid(
                    f"The pipeline is not valid. Job Job: Step {step.name} input {name} references service "
                    f"connection {wanted} which could not be found. The service connection does not exist, "
                    f"has been disabled or hasn't been authorized for use. {AUTHORIZATION}"
                )


@dataclass(frozen=True, slots=True)
class Wanted:
    """The values that a caller gives to a run: parameters, and variables as `{name: {value, isSecret}}`."""

    parameters: Mapping[str, Any]
    variables: JSON


async def queue(
    compiler: Compiler, pipeline: models.Pipeline, source: Source, wanted: Wanted, by: Identity
) -> JSON:
    """Check and write a new run, which waits for the agent; raises 400 and 501."""
    _check_variables(pipeline, wanted.variables)
    definition = await compiler.definition(pipeline, source, wanted.parameters)
    state, day = compiler.state, f"{dt.datetime.now(dt.UTC):%Y%m%d}"
    with state.store.transaction():
        number = state.store.next("pipeline_run")
        revision = state.store.next(f"pipeline_run {pipeline.id} {day}")
        shown = {name: value for name, value in wanted.variables.items() if not value["isSecret"]}
        run: JSON = {
            "id": number,
            "planId": new_id(),
            "project": compiler.project.id,
            "pipeline": pipeline.id,
            "number": f"{day}.{revision}",
            "by": by.id,
            "ref": source.ref,
            "version": source.version,
            "parameters": dict(wanted.parameters),
            "variables": shown,
            "status": models.WAITING,
            "result": None,
            "queued": now(),
            "started": None,
            "finished": None,
            "changed": now(),
            "records": new_records(definition.steps, compiler.task),
            "summaries": [],
            "artifacts": [],
        }
        return models.save_run(state, run)


def _check_variables(pipeline: models.Pipeline, variables: JSON) -> None:
    """Raise 400 for a variable that the pipeline's settings do not let callers set."""
    settable = {name.lower() for name, one in pipeline.variables.items() if one["allowOverride"]}
    fixed = [name for name in variables if name.lower() not in settable]
    if fixed:
        raise invalid(
            f"You can't set the following variables ({', '.join(fixed)}). If you want to be able to set "
            "these variables, then edit the pipeline and select Settable at queue time on the variables tab "
            "of the pipeline editor."
        )
