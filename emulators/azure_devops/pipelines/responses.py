"""Answers about pipelines and runs.

https://learn.microsoft.com/rest/api/azure/devops/pipelines
"""

from typing import Any

from aiohttp import web

from emulators.azure_devops.core.calls import Call
from emulators.azure_devops.core.errors import argument
from emulators.azure_devops.core.services import Services
from emulators.azure_devops.core.state import JSON
from emulators.azure_devops.pipelines import models
from emulators.azure_devops.pipelines.connections import checked_variables
from emulators.azure_devops.pipelines.models import Pipeline
from emulators.azure_devops.pipelines.paging import page
from emulators.azure_devops.pipelines.permissions import has, require
from emulators.azure_devops.pipelines.queueing import Compiler, Wanted, queue
from emulators.azure_devops.pipelines.running import LocalAgent
from emulators.azure_devops.pipelines.shapes import show_pipeline, show_run

ORDERS = ("name", "id")
OFF = (
    "starts without the option --pipelines (make run PIPELINES=1), because the steps execute on this machine "
    "with your rights,"
)


async def list_pipelines(call: Call) -> web.Response:
    """GET pipelines?orderBy=&$top=&continuationToken=; raises 501 for an order that is not covered."""
    name, _, direction = call.query("orderBy", "name asc").strip().lower().partition(" ")
    if name not in ORDERS or direction.strip() not in ("", "asc", "desc"):
        raise call.not_covered(f"orderBy={call.query('orderBy')[:100]}")
    found = [p for p in models.pipelines_of(call.state, call.required_project()) if _is_visible(call, p)]
    found.sort(
        key=lambda one: (one.name.lower() if name == "name" else "", one.id),
        reverse=direction.strip() == "desc",
    )
    shown, headers = page(call, found)
    return call.collection([show_pipeline(call.state, call.url, one) for one in shown], headers)


async def get_pipeline(call: Call) -> web.Response:
    """GET pipelines/{id}."""
    pipeline = pipeline_of(call, call.argument("pipelineId"), "ViewBuildDefinition")
    return call.reply(show_pipeline(call.state, call.url, pipeline, whole=True))


async def list_runs(call: Call) -> web.Response:
    """GET pipelines/{id}/runs: the newest 10,000, without parameters and resources."""
    pipeline = pipeline_of(call, call.argument("pipelineId"), "ViewBuilds")
    found = [
        run for run in models.runs_of(call.state, call.required_project()) if run["pipeline"] == pipeline.id
    ]
    shown, _ = page(call, found)
    return call.collection([show_run(call.url, pipeline, run, whole=False) for run in shown])


async def get_run(call: Call) -> web.Response:
    """GET pipelines/{id}/runs/{runId}."""
    pipeline, run = run_of(call)
    return call.reply(show_run(call.url, pipeline, run))


async def run_pipeline(call: Call) -> web.Response:
    """POST pipelines/{id}/runs {resources, templateParameters, variables} -> 200; raises 400, 403 and 501."""
    pipeline = pipeline_of(call, call.argument("pipelineId"), "QueueBuilds")
    body = await call.body()
    agent = agent_of(call.services)
    if not agent.is_on:
        raise call.not_covered(OFF)
    compiler = Compiler(call.state, call.services.objects, call.required_project(), agent.task(), call.url)
    source = compiler.source(pipeline, _ref(call, body))
    try:
        variables = checked_variables(body.get("variables") or {})
    except (ValueError, TypeError):
        raise argument("A variable must be an object with a value.", "variables") from None
    wanted = Wanted(_parameters(body), variables)
    run = await queue(compiler, pipeline, source, wanted, call.caller)
    secrets = {name: one["value"] for name, one in variables.items() if one["isSecret"]}
    shown = show_run(call.url, pipeline, run)
    agent.start(run, secrets, call.url)
    return call.reply(shown)


def agent_of(services: Services) -> LocalAgent:
    """Return the agent that executes runs; raises TypeError if the server was built without one."""
    if not isinstance(services.agent, LocalAgent):
        raise TypeError("this server has no agent")
    return services.agent


def pipeline_of(call: Call, number: int, permission: str) -> Pipeline:
    """Return a pipeline that the caller may use; raises 404, or 403 TF215106."""
    pipeline = models.find_pipeline(call.state, call.required_project(), number)
    require(call, pipeline, permission)
    return pipeline


def run_of(call: Call) -> tuple[Pipeline, JSON]:
    """Return the pipeline and the run of the path; raises 404, or 403 TF215106."""
    pipeline = pipeline_of(call, call.argument("pipelineId"), "ViewBuilds")
    run = models.find_run(call.state, call.required_project(), call.argument("runId"))
    if run["pipeline"] != pipeline.id:
        run = models.find_run(call.state, call.required_project(), 0)
    return pipeline, run


def _is_visible(call: Call, pipeline: Pipeline) -> bool:
    return has(call, pipeline, "ViewBuildDefinition")


def _ref(call: Call, body: JSON) -> str:
    """Return the branch or tag in `resources.repositories.self.refName`, "" for the default branch."""
    part: Any = body.get("resources") or {}
    for name in ("repositories", "self"):
        if not isinstance(part, dict):
            raise argument("Value cannot be null.", "resources")
        other = next((one for one in part if one != name and part[one]), None)
        if other is not None:
            raise call.not_covered(f"resources.{other}")
        part = part.get(name) or {}
    if not isinstance(part, dict) or not isinstance(part.get("refName", ""), str):
        raise argument("Value cannot be null.", "refName")
    other = next((one for one in part if one != "refName" and part[one]), None)
    if other is not None:
        raise call.not_covered(f"resources.repositories.self.{other}")
    return str(part.get("refName", ""))


def _parameters(body: JSON) -> JSON:
    given = body.get("templateParameters") or {}
    if not isinstance(given, dict):
        raise argument("Value cannot be null.", "templateParameters")
    return given
