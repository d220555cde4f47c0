"""What people set up in the web portal before a pipeline runs: the pipeline, connections, variable groups.

https://learn.microsoft.com/azure/devops/pipelines/create-first-pipeline
"""

from emulators.azure_devops.core.state import JSON, Project, State, now
from emulators.azure_devops.pipelines import connections, models
from emulators.azure_devops.pipelines.models import Pipeline


def create_pipeline(state: State, project: Project, body: JSON, by: str) -> JSON:
    """Create the pipeline `{name, repository, path, folder, variables}`, or change the one with that name.

    Raises KeyError and ValueError for a body that is not complete, 404 for an unknown repository.
    """
    name, path = str(body["name"]).strip(), str(body.get("path", "azure-pipelines.yml")).strip("/")
    if not name or not path or "\n" in path:
        raise ValueError("a pipeline needs a name and the path of a YAML file")
    repository = state.repository(project.organization, project, str(body["repository"]))
    known = [one for one in models.pipelines_of(state, project) if one.name.lower() == name.lower()]
    pipeline = Pipeline(
        known[0].id if known else state.store.next("pipeline"),
        project.id,
        name,
        "\\" + str(body.get("folder", "")).strip("\\/").replace("/", "\\"),
        repository.id,
        f"/{path}",
        known[0].created if known else now(),
        by,
        known[0].revision + 1 if known else 1,
        connections.checked_variables(body.get("variables") or {}),
    )
    models.save_pipeline(state, pipeline)
    return {"id": pipeline.id, "name": pipeline.name, "path": pipeline.path, "repository": repository.id}


def create_connection(state: State, project: Project, body: JSON) -> JSON:
    """Create or change the connection `{name, type, url, parameters}`; raises KeyError and ValueError."""
    saved = connections.save_connection(state, project, body)
    return {name: saved[name] for name in ("id", "name", "type", "url")}


def create_group(state: State, project: Project, body: JSON) -> JSON:
    """Create or change the variable group `{name, variables}`; raises KeyError and ValueError."""
    saved = connections.save_group(state, project, body)
    return {"name": saved["name"], "variables": sorted(saved["variables"])}
