"""The pages of the app's runs: a list of them, and one run with its log.

The real web portal has no such pages; there, people read runs and logs through the app's REST interface.
These pages show the answers of `GET /api/runs`. The page of a run reloads itself, without a script, until the
run has ended.
https://learn.microsoft.com/azure/azure-functions/functions-bindings-http-webhook-trigger
"""

import re
from urllib.parse import urlsplit

from aiohttp import web

from emulators.azure_devops.core.errors import VssError
from emulators.azure_devops.core.services import Runs, Services
from emulators.azure_devops.core.state import JSON
from emulators.azure_devops.pages.parts.html import Child, Html, link, tag
from emulators.azure_devops.pages.parts.layout import badge, date, facts, page, table
from emulators.azure_devops.pages.parts.references import RUN_ID
from emulators.azure_devops.pages.parts.views import RUNS_PATH, run_path

MAX_RUNS = 50
MAX_LOG_PIECES = 16  # of 256 KiB each, as the app cuts them
RELOAD_SECONDS = 2
NO_RUNS = "No runs yet: tag a work item autocoder, and the app starts one."
NO_PHASES = "No phases yet: the run is waiting to start."
TRAIL = [("Runs", RUNS_PATH)]


async def show_runs(services: Services) -> web.Response:
    """Return the page that lists the newest runs."""
    runs = await _ask(_known(services), f"?top={MAX_RUNS}") or {}
    rows = [_row(run) for run in runs.get("value", ())]
    return page("Runs", [], tag("h1", "Runs"), table(["Run", "State", "Work item", "Queued"], rows, NO_RUNS))


async def show_run(services: Services, run_id: str) -> web.Response:
    """Return the page of one run with its log; raises 404 when the app knows no such run."""
    app = _known(services)
    run = await _ask(app, f"/{run_id}") if re.fullmatch(RUN_ID, run_id) else None
    if run is None:
        raise _missing(404, f"The app knows no run {run_id}.")
    is_over = bool(run.get("endedAt"))
    return page(
        f"Run {run_id}",
        TRAIL,
        tag("p", f"Run {run_id}", class_="faint"),
        tag("h1", _title(run)),
        tag("p", _state(run)),
        _facts(run),
        tag("h2", "Phases"),
        _phases(run),
        tag("h2", "Log"),
        await _log(app, run_id, is_over=is_over),
        reload_seconds=None if is_over else RELOAD_SECONDS,
    )


def _known(services: Services) -> Runs:
    if services.runs is None:
        raise _missing(
            404, "No app is configured: make run and make demo start this server together with the app."
        )
    return services.runs


async def _ask(app: Runs, path: str) -> JSON | None:
    try:
        return await app.read(path)
    except LookupError as error:
        raise _missing(502, str(error)) from error


def _missing(status: int, message: str) -> VssError:
    return VssError(status, message, "RunNotFoundException", "Pages")


def _row(run: JSON) -> list[Child]:
    run_id = str(run.get("id", ""))
    return [
        link(tag("code", run_id), run_path(run_id)),
        _state(run),
        _title(run),
        tag("span", date(str(run.get("queuedAt") or "")), class_="date"),
    ]


def _title(run: JSON) -> str:
    number, title = run.get("workItemId"), str(run.get("title") or "")
    return f"Work item {number}: {title}" if number else title or "A prompt"


def _state(run: JSON) -> Html:
    status, is_over = str(run.get("status", "")), bool(run.get("endedAt"))
    return badge(
        status.replace("_", " "), ("good" if status == "completed" else "bad") if is_over else "wait"
    )


def _facts(run: JSON) -> Html:
    usage = run.get("usage") or {}
    cost = usage.get("costUsd")
    return facts(
        [
            ("Reason", str(run.get("reason") or "")),
            ("Work item", _local_link(run, "workItem", "#")),
            ("Pull request", _local_link(run, "pullRequest", "!")),
            ("Branch", tag("code", str(run["branch"])) if run.get("branch") else ""),
            ("Repository", f"{run.get('project', '')} / {run.get('repository', '')}"),
            (
                "Agent",
                " · ".join(filter(None, (str(run.get("agentType") or ""), str(run.get("model") or "")))),
            ),
            ("Requested by", str(run.get("requestedBy") or "")),
            ("Turns", str(usage.get("turns") or "")),
            ("Cost", "" if cost is None else f"${float(cost):.4f}"),
            ("Ended", date(str(run.get("endedAt") or ""))),
        ]
    )


def _local_link(run: JSON, name: str, sign: str) -> Child:
    """Return a link to a page of this server by its path, as the app may use another name for the server."""
    url, number = str(run.get(f"{name}Url") or ""), run.get(f"{name}Id")
    return link(f"{sign}{number}" if number else url, urlsplit(url).path) if url else ""


def _phases(run: JSON) -> Html:
    began = sorted((run.get("phases") or {}).items(), key=lambda phase: str(phase[1]))
    if not began:
        return tag("p", NO_PHASES, class_="faint")
    return facts([(str(name), date(str(moment))) for name, moment in began])


async def _log(app: Runs, run_id: str, *, is_over: bool) -> Child:
    """Return the log so far, cut if it is very long."""
    text, offset = "", 0
    for _ in range(MAX_LOG_PIECES):
        piece = await _ask(app, f"/{run_id}/log?offset={offset}") or {}
        text, before, offset = text + str(piece.get("text", "")), offset, int(piece.get("nextOffset") or 0)
        if offset <= before or piece.get("complete"):
            break
    else:
        text += "\n[The rest is not shown.]"
    if text:
        return tag("pre", text, class_="log")
    words = (
        "The run wrote no log."
        if is_over
        else "Nothing yet: the log begins when the agent's container starts."
    )
    return tag("p", words, class_="faint")
