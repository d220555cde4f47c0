"""Answers about builds, build definitions, timelines, logs and attachments.

https://learn.microsoft.com/rest/api/azure/devops/build
"""

from aiohttp import web

from emulators.azure_devops.core import errors
from emulators.azure_devops.core.calls import Call
from emulators.azure_devops.core.state import JSON
from emulators.azure_devops.pipelines import build_shapes, models
from emulators.azure_devops.pipelines.models import BUILD_ASSEMBLY, BUILDS, Pipeline
from emulators.azure_devops.pipelines.paging import page
from emulators.azure_devops.pipelines.permissions import has, require
from emulators.azure_devops.pipelines.responses import agent_of, pipeline_of


async def list_definitions(call: Call) -> web.Response:
    """GET build/definitions?name=&yamlFilename=&repositoryId=&definitionIds=&includeAllProperties=."""
    found = models.pipelines_of(call.state, call.required_project())
    found = [one for one in found if has(call, one, "ViewBuildDefinition") and _is_asked(call, one)]
    shown, headers = page(call, sorted(found, key=lambda one: one.name.lower()))
    whole = call.flag("includeAllProperties")
    return call.collection(
        [build_shapes.show_definition(call.state, call.url, one, whole=whole) for one in shown], headers
    )


def _is_asked(call: Call, pipeline: Pipeline) -> bool:
    """Whether *pipeline* passes the filters of a list; the name in a filter may have `*` at its ends."""
    name, file, ids = call.query("name"), call.query("yamlFilename"), call.query("definitionIds")
    repository, kind = call.query("repositoryId"), call.query("repositoryType")
    return (
        _fits(pipeline.name, name)
        and (not file or pipeline.path.lstrip("/").lower() == file.lstrip("/").lower())
        and (not ids or str(pipeline.id) in ids.replace(" ", "").split(","))
        and (not repository or pipeline.repository_id == repository.lower())
        and (not kind or kind.lower() == "tfsgit")
    )


def _fits(name: str, pattern: str) -> bool:
    lower, wanted = name.lower(), pattern.lower()
    if wanted.startswith("*") and wanted.endswith("*"):
        return wanted.strip("*") in lower
    if wanted.startswith("*"):
        return lower.endswith(wanted[1:])
    return lower.startswith(wanted[:-1]) if wanted.endswith("*") else wanted in ("", lower)


async def get_definition(call: Call) -> web.Response:
    """GET build/definitions/{id}."""
    pipeline = pipeline_of(call, call.argument("definitionId"), "ViewBuildDefinition")
    return call.reply(build_shapes.show_definition(call.state, call.url, pipeline, whole=True))


async def get_build(call: Call) -> web.Response:
    """GET build/builds/{id}."""
    pipeline, run = build_of(call)
    return call.reply(build_shapes.show_build(call.state, call.url, pipeline, run))


async def update_build(call: Call) -> web.Response:
    """PATCH build/builds/{id} {"status": "cancelling"}: the agent stops; raises 400 after the end."""
    pipeline, run = build_of(call)
    require(call, pipeline, "StopBuilds")
    status = str((await call.body()).get("status", ""))
    if status.lower() != models.CANCELLING:
        raise call.not_covered(f"status={status[:100]}")
    if run["status"] == models.ENDED:
        message = f"The status of build {run['id']} cannot be changed from completed to cancelling."
        raise errors.VssError(
            400, message, "BuildStatusInvalidChangeException", BUILDS, assembly=BUILD_ASSEMBLY
        )
    agent_of(call.services).cancel(run["id"])
    return await get_build(call)


async def get_timeline(call: Call) -> web.Response:
    """GET build/builds/{id}/timeline[/{timelineId}]; raises 404 for another timeline."""
    _, run = build_of(call)
    wanted = str(call.arguments.get("timelineId", run["planId"])).lower()
    if wanted != run["planId"]:
        raise errors.missing(f"The timeline {wanted} was not found.", "TimelineNotFoundException", BUILDS)
    return call.reply(build_shapes.show_timeline(call.url, run))


async def list_attachments(call: Call) -> web.Response:
    """GET build/builds/{id}/attachments/{type}: the uploaded summaries; other types are empty."""
    _, run = build_of(call)
    is_summary = call.arguments["type"].lower() == build_shapes.SUMMARY_TYPE.lower()
    return call.collection(build_shapes.summary_links(call.url, run) if is_summary else [])


async def get_attachment(call: Call) -> web.Response:
    """GET build/builds/{id}/{timelineId}/{recordId}/attachments/{type}/{name}; raises 404."""
    _, run = build_of(call)
    for number, text in enumerate(run["summaries"]):
        names = (build_shapes.SUMMARY_TYPE.lower(), build_shapes.summary_name(number))
        if (call.arguments["type"].lower(), call.arguments["name"].lower()) == names:
            return web.Response(text=text, content_type="application/octet-stream", charset="utf-8")
    raise errors.missing("The attachment was not found.", "AttachmentNotFoundException", BUILDS)


def build_of(call: Call) -> tuple[Pipeline, JSON]:
    """Return the pipeline and the run of the path; raises 404, or 403 TF215106."""
    run = models.find_run(call.state, call.required_project(), call.argument("buildId"))
    return pipeline_of(call, run["pipeline"], "ViewBuilds"), run
