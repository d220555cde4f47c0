"""The JSON of pipelines and runs.

https://learn.microsoft.com/rest/api/azure/devops/pipelines/runs/get
"""

from emulators.azure_devops.core.state import JSON, State
from emulators.azure_devops.pipelines.models import CANCELLING, ENDED, Pipeline, repository_of

# a run has fewer results than its build; which one it has for a partly succeeded build is not documented
RUN_RESULTS = {"partiallySucceeded": "succeeded"}


def reference(url: str, pipeline: Pipeline) -> JSON:
    """Return the reference to a pipeline; *url* is the organisation's address."""
    address = f"{url}/{pipeline.project_id}/_apis/pipelines/{pipeline.id}?revision={pipeline.revision}"
    return {
        "url": address,
        "id": pipeline.id,
        "revision": pipeline.revision,
        "name": pipeline.name,
        "folder": pipeline.folder,
    }


def show_pipeline(state: State, url: str, pipeline: Pipeline, *, whole: bool = False) -> JSON:
    """Return a pipeline as in a list, or the *whole* pipeline with its configuration."""
    shown = reference(url, pipeline)
    links = {"self": {"href": shown["url"]}, "web": {"href": definition_page(url, pipeline)}}
    if not whole:
        return {"_links": links, **shown}
    repository = {"id": repository_of(state, pipeline).id, "type": "azureReposGit"}
    configuration = {"type": "yaml", "path": pipeline.path, "repository": repository}
    return {"_links": links, "configuration": configuration, **shown}


def show_run(url: str, pipeline: Pipeline, run: JSON, *, whole: bool = True) -> JSON:
    """Return a run; only the *whole* one has parameters, variables and resources, as in the service."""
    address = f"{url}/{pipeline.project_id}/_apis/pipelines/{pipeline.id}/runs/{run['id']}"
    shown: JSON = {
        "_links": {
            "self": {"href": address},
            "web": {"href": run_page(url, run)},
            "pipeline.web": {"href": definition_page(url, pipeline)},
            "pipeline": {"href": reference(url, pipeline)["url"]},
        },
        "templateParameters": run["parameters"] if whole else {},
        "pipeline": reference(url, pipeline),
        "state": {ENDED: "completed", CANCELLING: "canceling"}.get(run["status"], "inProgress"),
        "createdDate": run["queued"],
        "url": address,
        "id": run["id"],
        "name": run["number"],
    }
    if run["status"] == ENDED:
        shown["result"] = RUN_RESULTS.get(run["result"], run["result"])
        shown["finishedDate"] = run["finished"]
    if whole:
        repository = {"id": pipeline.repository_id, "type": "azureReposGit"}
        source = {"repository": repository, "refName": run["ref"], "version": run["version"]}
        shown["resources"] = {"repositories": {"self": source}}
        shown["variables"] = {name: {"value": one["value"]} for name, one in run["variables"].items()}
    return shown


def run_page(url: str, run: JSON) -> str:
    """Return the address of a run's page."""
    return f"{url}/{run['project']}/_build/results?buildId={run['id']}"


def definition_page(url: str, pipeline: Pipeline) -> str:
    """Return the address of a pipeline's page."""
    return f"{url}/{pipeline.project_id}/_build/definition?definitionId={pipeline.id}"
