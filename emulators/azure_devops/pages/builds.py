"""The pages of pipelines: a project's pipelines and their runs, and one run with its steps and logs.

The page of a run reloads itself, without a script, until the run has ended.
https://learn.microsoft.com/azure/devops/pipelines/get-started/multi-stage-pipelines-experience
"""

from aiohttp import web

from emulators.azure_devops.core.services import Services
from emulators.azure_devops.core.state import JSON, Project, State
from emulators.azure_devops.pages.parts.html import Child, Html, link, tag
from emulators.azure_devops.pages.parts.layout import badge, card, date, facts, page, table
from emulators.azure_devops.pages.parts.texts import markdown
from emulators.azure_devops.pages.parts.views import (
    branch,
    builds_path,
    person,
    references,
    repository_path,
    trail_to,
)
from emulators.azure_devops.pipelines import models
from emulators.azure_devops.pipelines.agent.workspace import log_path

MAX_RUNS = 50
MAX_LOG_BYTES = 1 << 20
RELOAD_SECONDS = 2
NO_PIPELINE = "No pipelines yet: POST /_control/organizations/.../pipelines creates one."
NO_RUN = "No runs yet: POST .../_apis/pipelines/{id}/runs starts one."
LOOKS = {"succeeded": "good", "succeededWithIssues": "done", "partiallySucceeded": "done", "failed": "bad",
         "canceled": "bad", "skipped": "faint", "pending": "faint"}  # fmt: skip


async def show_builds(services: Services, project: Project) -> web.Response:
    """Return the page of a project's pipelines, and of their newest runs."""
    state = services.state
    names = {pipeline.id: pipeline for pipeline in models.pipelines_of(state, project)}
    shown: list[list[Child]] = [
        [one.name, tag("code", one.path), _repository(state, project, one)] for one in names.values()
    ]
    runs: list[list[Child]] = [
        [
            link(f"#{run['number']}", builds_path(project, run)),
            names[run["pipeline"]].name,
            _state(run),
            branch(run["ref"]),
            tag("span", date(run["queued"]), class_="date"),
        ]
        for run in models.runs_of(state, project)[:MAX_RUNS]
    ]
    return page(
        "Pipelines",
        trail_to(project),
        tag("h1", "Pipelines"),
        table(["Pipeline", "File", "Repository"], shown, NO_PIPELINE),
        tag("h2", "Runs"),
        table(["Run", "Pipeline", "State", "Branch", "Queued"], runs, NO_RUN),
    )


async def show_build(services: Services, project: Project, number: int) -> web.Response:
    """Return the page of one run: its state, summaries, steps and logs; raises 404."""
    state = services.state
    run = models.find_run(state, project, number)
    pipeline = models.find_pipeline(state, project, run["pipeline"])
    steps = [record for record in run["records"] if record["type"] == "Task"]
    is_over = run["status"] == models.ENDED
    name = f"#{run['number']} {pipeline.name}"
    return page(
        name,
        [*trail_to(project), ("Pipelines", builds_path(project))],
        tag("h1", name),
        tag("p", _state(run)),
        facts(
            [
                ("Repository", _repository(state, project, pipeline)),
                ("Branch", branch(run["ref"])),
                ("Commit", tag("code", run["version"][:8])),
                ("Started by", person(state, run["by"])),
                ("Queued", date(run["queued"])),
                ("Ended", date(run["finished"])),
                ("Parameters", _parameters(run)),
                ("Artifacts", ", ".join(run["artifacts"])),
            ]
        ),
        _summaries(services, project, run),
        tag("h2", "Steps"),
        [_step(state, run, record) for record in steps],
        [_issue(one) for one in run["records"][2]["issues"]],
        reload_seconds=None if is_over else RELOAD_SECONDS,
    )


def _repository(state: State, project: Project, pipeline: models.Pipeline) -> Html:
    repository = models.repository_of(state, pipeline)
    return link(repository.name, repository_path(project, repository))


def _state(run: JSON) -> Html:
    shown = str(run["result"] or run["status"])
    return badge(shown, LOOKS.get(shown, "wait"))


def _parameters(run: JSON) -> Child:
    return [tag("div", tag("code", f"{name}: {value}")) for name, value in run["parameters"].items()]


def _summaries(services: Services, project: Project, run: JSON) -> Child:
    links = references(services, project.organization)
    return [card("Summary", markdown(text, links)) for text in run["summaries"]]


def _step(state: State, run: JSON, record: JSON) -> Html:
    shown = str(record["result"] or record["state"])
    head = tag("h3", record["name"], " ", badge(shown, LOOKS.get(shown, "wait")))
    text = _log(state, run, record)
    return tag("section", head, tag("pre", text, class_="log") if text else "")


def _log(state: State, run: JSON, record: JSON) -> str:
    """Return the log of a step without the times, cut if it is very long."""
    if not record["log"]:
        return ""
    with log_path(state, run["id"], record["log"]["id"]).open("rb") as file:
        content = file.read(MAX_LOG_BYTES + 1)
    lines = content[:MAX_LOG_BYTES].decode(errors="replace").splitlines()
    rest = "\n[The rest is not shown.]" if len(content) > MAX_LOG_BYTES else ""
    return "\n".join(line.partition(" ")[2] for line in lines) + rest


def _issue(issue: JSON) -> Html:
    return tag("p", badge(str(issue["type"]), "bad"), " ", str(issue["message"]))
