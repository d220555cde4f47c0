"""The JSON of builds, build definitions and timelines: the other view of runs and pipelines.

https://learn.microsoft.com/rest/api/azure/devops/build/builds/get
https://learn.microsoft.com/rest/api/azure/devops/build/definitions/get
"""

from emulators.azure_devops.core.identity_refs import identity_ref
from emulators.azure_devops.core.repository_shapes import show_project, web_url
from emulators.azure_devops.core.state import JSON, Project, Repository, State
from emulators.azure_devops.pipelines import models
from emulators.azure_devops.pipelines.agent.predefined import JOB_ID
from emulators.azure_devops.pipelines.models import Pipeline
from emulators.azure_devops.pipelines.shapes import definition_page, run_page

YAML_PROCESS = 2


def definition_reference(url: str, project: Project, pipeline: Pipeline) -> JSON:
    """Return a definition as lists and builds refer to it."""
    return {
        "id": pipeline.id,
        "name": pipeline.name,
        "url": f"{url}/{project.id}/_apis/build/Definitions/{pipeline.id}?revision={pipeline.revision}",
        "uri": f"vstfs:///Build/Definition/{pipeline.id}",
        "path": pipeline.folder,
        "type": "build",
        "queueStatus": "enabled",
        "revision": pipeline.revision,
        "project": show_project(url, project),
    }


def show_definition(state: State, url: str, pipeline: Pipeline, *, whole: bool) -> JSON:
    """Return a definition as in a list, or the *whole* one with process, repository and variables."""
    project = state.project_of(pipeline.project_id)
    shown = definition_reference(url, project, pipeline)
    author = state.identity(pipeline.by)
    common: JSON = {
        "_links": {"self": {"href": shown["url"]}, "web": {"href": definition_page(url, pipeline)}},
        "quality": "definition",
        "authoredBy": identity_ref(url, author) if author else None,
        "createdDate": pipeline.created,
        **shown,
    }
    if not whole:
        return common
    repository = models.repository_of(state, pipeline)
    web = web_url(url, project, repository)
    return {
        **common,
        "process": {"yamlFilename": pipeline.path.lstrip("/"), "type": YAML_PROCESS},
        "repository": {
            "id": repository.id,
            "type": "TfsGit",
            "name": repository.name,
            "url": web,
            "defaultBranch": repository.default_branch,
            "clean": None,
            "checkoutSubmodules": False,
        },
        "variables": {name: _variable(one) for name, one in pipeline.variables.items()},
        "triggers": [],
        "tags": [],
        "jobAuthorizationScope": "project",
        "jobTimeoutInMinutes": 60,
        "jobCancelTimeoutInMinutes": 5,
    }


def _variable(one: JSON) -> JSON:
    flags = {name: True for name in ("isSecret", "allowOverride") if one[name]}
    return {"value": None if one["isSecret"] else one["value"], **flags}


def show_build(state: State, url: str, pipeline: Pipeline, run: JSON) -> JSON:
    """Return a run as a build."""
    project, person = state.project_of(run["project"]), models.requester(state, run)
    repository = models.repository_of(state, pipeline)
    address = build_url(url, run)
    by = identity_ref(url, person)
    shown: JSON = {
        "_links": _links(url, run),
        "properties": {},
        "tags": [],
        "validationResults": [],
        "plans": [{"planId": run["planId"]}],
        "templateParameters": run["parameters"],
        "triggerInfo": {},
        "id": run["id"],
        "buildNumber": run["number"],
        "status": run["status"],
        "queueTime": run["queued"],
        "url": address,
        "definition": definition_reference(url, project, pipeline),
        "project": show_project(url, project),
        "uri": f"vstfs:///Build/Build/{run['id']}",
        "sourceBranch": run["ref"],
        "sourceVersion": run["version"],
        "priority": "normal",
        "reason": "manual",
        "requestedFor": by,
        "requestedBy": by,
        "lastChangedDate": run["changed"],
        "lastChangedBy": by,
        "orchestrationPlan": {"planId": run["planId"]},
        "logs": {"id": 0, "type": "Container", "url": f"{address}/logs"},
        "repository": _repository(url, project, repository),
        "retainedByRelease": False,
        "triggeredByBuild": None,
    }
    times = {"startTime": run["started"], "finishTime": run["finished"], "result": run["result"]}
    return {**shown, **{name: value for name, value in times.items() if value}}


def _links(url: str, run: JSON) -> JSON:
    address = build_url(url, run)
    return {
        "self": {"href": address},
        "web": {"href": run_page(url, run)},
        "timeline": {"href": f"{address}/Timeline"},
    }


def _repository(url: str, project: Project, repository: Repository) -> JSON:
    return {
        "id": repository.id,
        "type": "TfsGit",
        "name": repository.name,
        "url": web_url(url, project, repository),
        "clean": None,
        "checkoutSubmodules": False,
    }


def show_timeline(url: str, run: JSON) -> JSON:
    """Return the timeline of a run."""
    address = build_url(url, run)
    return {
        "records": [_record(address, record) for record in run["records"]],
        "lastChangedBy": "00000002-0000-8888-8000-000000000000",
        "lastChangedOn": run["changed"],
        "id": run["planId"],
        "changeId": sum(record["changeId"] for record in run["records"]),
        "url": f"{address}/Timeline/{run['planId']}",
    }


def _record(address: str, record: JSON) -> JSON:
    log = record["log"]
    return {**record, "log": {**log, "url": f"{address}/logs/{log['id']}"} if log else None}


def summary_links(url: str, run: JSON) -> list[JSON]:
    """Return the references to the uploaded summaries of a run."""
    base = f"{build_url(url, run)}/{run['planId']}/{JOB_ID}/attachments/{SUMMARY_TYPE}"
    names = [summary_name(number) for number in range(len(run["summaries"]))]
    return [{"name": name, "_links": {"self": {"href": f"{base}/{name}"}}} for name in names]


SUMMARY_TYPE = "Distributedtask.Core.Summary"


def summary_name(number: int) -> str:
    """Return the name of an uploaded summary, counted from 0."""
    return f"summary-{number + 1}.md"


def build_url(url: str, run: JSON) -> str:
    """Return the address of a build in the REST API."""
    return f"{url}/{run['project']}/_apis/build/Builds/{run['id']}"
