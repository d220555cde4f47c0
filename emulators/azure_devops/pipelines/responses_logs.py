"""Answers about logs: of a run, and of a build.

https://learn.microsoft.com/rest/api/azure/devops/pipelines/logs
https://learn.microsoft.com/rest/api/azure/devops/build/builds/get-build-log
"""

import datetime as dt
from itertools import islice
from pathlib import Path

from aiohttp import web

from emulators.azure_devops.core import errors
from emulators.azure_devops.core.calls import Call
from emulators.azure_devops.core.state import JSON
from emulators.azure_devops.pipelines.agent.workspace import log_path
from emulators.azure_devops.pipelines.build_shapes import build_url
from emulators.azure_devops.pipelines.models import BUILDS
from emulators.azure_devops.pipelines.responses import run_of
from emulators.azure_devops.pipelines.responses_builds import build_of


async def list_run_logs(call: Call) -> web.Response:
    """GET pipelines/{id}/runs/{runId}/logs."""
    pipeline, run = run_of(call)
    url = f"{call.url}/{pipeline.project_id}/_apis/pipelines/{pipeline.id}/runs/{run['id']}/logs"
    return call.reply({"logs": [_shown(call, run, number, url) for number in _numbers(run)], "url": url})


async def get_run_log(call: Call) -> web.Response:
    """GET pipelines/{id}/runs/{runId}/logs/{logId}: about the log, not its text."""
    pipeline, run = run_of(call)
    url = f"{call.url}/{pipeline.project_id}/_apis/pipelines/{pipeline.id}/runs/{run['id']}/logs"
    return call.reply(_shown(call, run, _known(run, call.argument("logId")), url))


async def list_build_logs(call: Call) -> web.Response:
    """GET build/builds/{id}/logs."""
    _, run = build_of(call)
    url = f"{build_url(call.url, run)}/logs"
    return call.collection(
        [{**_shown(call, run, number, url), "type": "Container"} for number in _numbers(run)]
    )


async def get_build_log(call: Call) -> web.Response:
    """GET build/builds/{id}/logs/{logId}?startLine=&endLine=: text, or JSON if the client accepts that.

    Lines are counted from 1, and both are included.
    """
    _, run = build_of(call)
    path = log_path(call.state, run["id"], _known(run, call.argument("logId")))
    first, last = call.number("startLine", 1), call.number("endLine", 0)
    with path.open(encoding="utf-8", errors="replace") as file:
        lines = [line.rstrip("\n") for line in islice(file, max(first - 1, 0), last if last > 0 else None)]
    if "application/json" in call.request.headers.get("Accept", "").lower():
        return call.collection(lines)
    return web.Response(
        text="".join(f"{line}\n" for line in lines), content_type="text/plain", charset="utf-8"
    )


def _numbers(run: JSON) -> list[int]:
    return [record["log"]["id"] for record in run["records"] if record["log"]]


def _known(run: JSON, number: int) -> int:
    if number not in _numbers(run):
        raise errors.missing(f"The log with ID {number} does not exist.", "BuildLogNotFoundException", BUILDS)
    return number


def _shown(call: Call, run: JSON, number: int, url: str) -> JSON:
    path = log_path(call.state, run["id"], number)
    status = path.stat()
    return {
        "createdOn": _moment(status.st_ctime),
        "lastChangedOn": _moment(status.st_mtime),
        "id": number,
        "lineCount": _count(path),
        "url": f"{url}/{number}",
    }


def _count(path: Path) -> int:
    with path.open("rb") as file:
        return sum(1 for _ in file)


def _moment(seconds: float) -> str:
    return dt.datetime.fromtimestamp(seconds, dt.UTC).isoformat().replace("+00:00", "Z")
