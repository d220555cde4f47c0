"""Pipelines and their runs, as they are stored.

https://learn.microsoft.com/rest/api/azure/devops/pipelines/pipelines
https://learn.microsoft.com/rest/api/azure/devops/build/builds
"""

from dataclasses import asdict, dataclass, field
from typing import Any

from emulators.azure_devops.core import errors
from emulators.azure_devops.core.state import JSON, Identity, Project, Repository, State

BUILDS = "Microsoft.TeamFoundation.Build.WebApi"
BUILD_ASSEMBLY = "Microsoft.TeamFoundation.Build2.WebApi"
WAITING, RUNNING, CANCELLING, ENDED = "notStarted", "inProgress", "cancelling", "completed"


@dataclass(frozen=True, slots=True)
class Pipeline:
    """A pipeline: the YAML file at *path* in a repository, and the variables of its settings.

    *variables* are `{name: {value, isSecret, allowOverride}}`.
    """

    id: int
    project_id: str
    name: str
    folder: str
    repository_id: str
    path: str
    created: str
    by: str
    revision: int = 1
    variables: dict[str, Any] = field(default_factory=dict)


def save_pipeline(state: State, pipeline: Pipeline) -> Pipeline:
    """Write a pipeline, replacing any with the same id."""
    state.store.put("pipeline", pipeline.id, asdict(pipeline), parent=pipeline.project_id)
    return pipeline


def pipelines_of(state: State, project: Project) -> list[Pipeline]:
    """Return the pipelines of a project, oldest first."""
    return [Pipeline(**body) for body in state.store.all("pipeline", parent=project.id)]


def find_pipeline(state: State, project: Project, number: int) -> Pipeline:
    """Return a pipeline of *project*; raises 404."""
    body = state.store.get("pipeline", number, parent=project.id)
    if body is None:
        message = f"The requested pipeline {number} could not be found."
        raise errors.missing(message, "DefinitionNotFoundException", BUILDS, assembly=BUILD_ASSEMBLY)
    return Pipeline(**body)


def repository_of(state: State, pipeline: Pipeline) -> Repository:
    """Return the repository of a pipeline, which must exist."""
    project = state.project_of(pipeline.project_id)
    return state.repository(project.organization, project, pipeline.repository_id)


def save_run(state: State, run: JSON) -> JSON:
    """Write a run."""
    return state.store.put("pipeline_run", run["id"], run, parent=run["project"])


def runs_of(state: State, project: Project) -> list[JSON]:
    """Return the runs of a project, newest first."""
    return state.store.all("pipeline_run", parent=project.id)[::-1]


def find_run(state: State, project: Project, number: int) -> JSON:
    """Return a run of *project*; raises 404."""
    run = state.store.get("pipeline_run", number, parent=project.id)
    if run is None:
        message = f"The requested build {number} could not be found."
        raise errors.missing(message, "BuildNotFoundException", BUILDS, assembly=BUILD_ASSEMBLY)
    return run


def requester(state: State, run: JSON) -> Identity:
    """Return the person who started a run; raises `LookupError` when they do not exist."""
    found = state.identity(run["by"])
    if found is None:
        raise LookupError(f"identity {run['by']} does not exist")
    return found
