"""The runs in progress: each is one job of the local agent, a few at a time.

https://learn.microsoft.com/azure/devops/pipelines/licensing/concurrent-jobs
"""

import asyncio
import logging
from collections.abc import Mapping
from pathlib import Path

from emulators.azure_devops.core.state import JSON, State, new_id, now
from emulators.azure_devops.pipelines import connections, models
from emulators.azure_devops.pipelines.agent.job import Job
from emulators.azure_devops.pipelines.agent.launching import Launcher
from emulators.azure_devops.pipelines.agent.left_processes import MARK, LeftProcesses
from emulators.azure_devops.pipelines.agent.masks import Masks
from emulators.azure_devops.pipelines.agent.predefined import Context, predefined
from emulators.azure_devops.pipelines.agent.tasks import Task, read_task
from emulators.azure_devops.pipelines.agent.timeline import complete
from emulators.azure_devops.pipelines.agent.variables import Variables
from emulators.azure_devops.pipelines.agent.workspace import work_folder, workspace_of
from emulators.azure_devops.pipelines.document.definition import Definition
from emulators.azure_devops.pipelines.queueing import Compiler, Source
from emulators.azure_devops.storage.git_objects import Objects
from emulators.processes.watch import Watch

log = logging.getLogger(__name__)
MAX_JOBS = 4
TASK = Path(__file__).parents[3] / "extension" / "dist" / "task"
LOST = "We stopped hearing from agent Emulated agent. Verify the agent machine is running."


class LocalAgent:
    """Executes runs; the built task is read from the folder *task_folder* at each start.

    Without that folder it is off: steps are not isolated from this machine, and everything that reaches the
    control routes, such as an agent in its sandbox, could start a run.
    """

    def __init__(self, state: State, objects: Objects, task_folder: Path | None) -> None:
        self.state, self.objects, self.task_folder = state, objects, task_folder
        self._instance = new_id()
        self._turns = asyncio.Semaphore(MAX_JOBS)
        self._jobs: dict[int, Job] = {}
        self._running: dict[int, asyncio.Task[None]] = {}
        self._watch = Watch(MARK, f"{self._instance}/", work_folder(state, self._instance))

    @property
    def is_on(self) -> bool:
        """Whether runs are executed."""
        return self.task_folder is not None

    def task(self) -> Task | None:
        """Return the built task, or None."""
        return None if self.task_folder is None else read_task(self.task_folder)

    def start(self, run: JSON, secrets: Mapping[str, str], url: str) -> None:
        """Execute *run* in the background; *secrets* are its secret variables, *url* the organisation's."""
        self._running[run["id"]] = asyncio.create_task(self._guarded(run, secrets, url))

    def cancel(self, run_id: int) -> None:
        """Cancel a run; one that still waits ends at once."""
        job, waiting = self._jobs.get(run_id), self._running.get(run_id)
        if job is not None:
            job.run["status"] = models.CANCELLING
            job.save()
            job.cancel()
        elif waiting is not None:
            waiting.cancel()

    def resume(self) -> None:
        """End the runs that an earlier process of the emulator left in progress."""
        for project in self.state.projects():
            for run in models.runs_of(self.state, project):
                if run["status"] != models.ENDED:
                    _lose(run)
                    models.save_run(self.state, run)

    async def close(self) -> None:
        """Cancel all runs, end their processes, and remove their folders."""
        tasks = list(self._running.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._watch.close()

    async def _guarded(self, run: JSON, secrets: Mapping[str, str], url: str) -> None:
        """Execute a run and write its end, whatever happens."""
        result, workspace = "failed", workspace_of(self.state, run["id"], self._instance)
        left = LeftProcesses(self._mark(run))
        try:
            async with self._turns:
                result = await self._execute(run, secrets, url, left)
        except asyncio.CancelledError:
            result = "canceled"
        except Exception as error:
            log.exception("run %s", run["id"])
            run["records"][2]["issues"].append(
                {"type": "error", "category": "General", "message": str(error)}
            )
        finally:
            self._jobs.pop(run["id"], None)
            self._running.pop(run["id"], None)
            left.kill()
            workspace.remove()
            _end(run, result)
            models.save_run(self.state, run)

    async def _execute(self, run: JSON, secrets: Mapping[str, str], url: str, left: LeftProcesses) -> str:
        state, project = self.state, self.state.project_of(run["project"])
        pipeline = models.find_pipeline(state, project, run["pipeline"])
        repository = models.repository_of(state, pipeline)
        compiler = Compiler(state, self.objects, project, self.task(), url)
        source = Source(repository, run["ref"], run["version"])
        definition = await compiler.definition(pipeline, source, run["parameters"])
        await self._watch.start()
        workspace, masks = workspace_of(state, run["id"], self._instance), Masks()
        workspace.create()
        collection = state.organization_id(project.organization)
        person = models.requester(state, run)
        context = Context(run, pipeline, project, repository, person, url, collection)
        variables = Variables(masks)
        for name, value in predefined(context, workspace).items():
            variables.set(name, value)
        self._set_variables(variables, context, definition, secrets)
        launcher = Launcher(state, context, workspace, variables, compiler.task, self._mark(run))
        job = self._jobs[run["id"]] = Job(launcher, masks, left, lambda: _save(state, run))
        run.update(status=models.RUNNING, started=now())
        job.save()
        await job.execute(definition.steps)
        return job.result

    def _set_variables(
        self, variables: Variables, context: Context, definition: Definition, secrets: Mapping[str, str]
    ) -> None:
        """Set the variables: of groups, settings, the start of the run, YAML file; the later ones count.

        https://learn.microsoft.com/azure/devops/pipelines/process/variables#expansion-of-variables
        """
        for name in definition.groups:
            group = connections.group(self.state, context.project, name) or {"variables": {}}
            _set(variables, group["variables"])
        _set(variables, context.pipeline.variables)
        _set(variables, context.run["variables"])
        _set(variables, {name: {"value": value, "isSecret": True} for name, value in secrets.items()})
        for name, value in definition.variables.items():
            variables.set(name, variables.expand(value))

    def _mark(self, run: JSON) -> str:
        return f"{self._instance}/{run['id']}/"


def _set(variables: Variables, given: Mapping[str, JSON]) -> None:
    for name, one in given.items():
        variables.set(name, one["value"], is_secret=one["isSecret"])


def _save(state: State, run: JSON) -> None:
    run["changed"] = now()
    models.save_run(state, run)


def _end(run: JSON, result: str) -> None:
    """Let *run* be over; records that have not ended get the result, or are skipped."""
    run.update(status=models.ENDED, result=result, finished=now(), changed=now())
    for record in run["records"]:
        if record["state"] == "pending":
            complete(record, "skipped")
        elif record["state"] != "completed":
            complete(record, result)


def _lose(run: JSON) -> None:
    run["records"][2]["issues"].append({"type": "error", "category": "General", "message": LOST})
    _end(run, "failed")
