"""`make demo SCENARIO=pipeline`: runs the task Autocoder@1 in a pipeline, from a work item to a pull request.

Adds the team's template as a pipeline of the sample's repository, starts it through the REST API, prints the
task's log as it grows, and ends with the summary and the pull request.
https://learn.microsoft.com/rest/api/azure/devops/pipelines/runs/run-pipeline
"""

import html
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from emulators.platform.app_settings import PROJECT
from emulators.platform.clients.app import App, keys
from emulators.platform.clients.organization import set_up
from emulators.platform.clients.person import Person
from emulators.platform.console.run_result import heading, indented, print_result
from emulators.platform.pipelines_task import ensure_built
from emulators.platform.plan import Plan
from emulators.platform.processes import ROOT, PlatformError
from emulators.platform.running import Platform
from emulators.platform.sample import BRANCH, Sample, create_sample
from emulators.ports import AZURE_DEVOPS, FUNCTIONS_HOST

JSON = dict[str, Any]
TEMPLATE = ROOT / "pipelines" / "templates" / "autocoder.yml"
FILE, CONNECTION, TASK = "pipelines/autocoder.yml", "autocoder", "Autocoder"
SUMMARY = "Distributedtask.Core.Summary"
POLL_SECONDS = 0.3
AS_JSON = {"Accept": "application/json"}


def prepare(plan: Plan) -> Plan:
    """Build the task, and turn pipelines on; raises `PlatformError` when one of both cannot be done."""
    prepared = plan.with_pipelines()
    ensure_built()
    return prepared


def show(platform: Platform, seconds: float) -> bool:
    """Run the pipeline on *platform* within *seconds*; returns whether nothing is missing."""
    sample, app = create_sample(platform), App(platform.plan)
    number = sample.work_item["id"]
    pipeline = create_pipeline(platform, sample)
    print(f"work item     {sample.work_item_url}\n              {sample.work_item['fields']['System.Title']}")
    body = {
        "templateParameters": {"workItemId": str(number)},
        "resources": {"repositories": {"self": {"refName": f"refs/heads/{BRANCH}"}}},
    }
    run = sample.person.ask("POST", f"{PROJECT}/_apis/pipelines/{pipeline['id']}/runs", json=body)
    print(f"pipeline run  {run['_links']['web']['href']}\n\nThe log of the task:", flush=True)
    for line in follow(sample.person, run["id"], seconds):
        print(f"  {line}", flush=True)
    if not _conclude(sample.person, run["id"]):
        return False
    found = app.runs(workItemId=number)
    if not found or not found[0].get("pullRequestId"):
        print("The pipeline succeeded, but its run has no pull request.")
        return False
    return print_result(platform.plan, sample, found[0])


def create_pipeline(platform: Platform, sample: Sample) -> JSON:
    """Push the template, and create the service connection and the pipeline; returns `{id, name}`.

    Raises `PlatformError` when one of them is refused.
    """
    with tempfile.TemporaryDirectory() as place:
        work_tree = Path(place) / "work"
        sample.git.clone_newest(work_tree)
        file = work_tree / FILE
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(TEMPLATE.read_text())
            sample.git.push_work_tree(work_tree, BRANCH, "Add the pipeline", FILE)
    url, key = platform.url(AZURE_DEVOPS), keys(platform.plan)["host"]["default"]
    connection = {"name": CONNECTION, "type": "autocoder", "url": platform.url(FUNCTIONS_HOST)}
    set_up(url, "service-connections", {**connection, "parameters": {"apitoken": key}})
    return set_up(url, "pipelines", {"name": TASK, "repository": sample.repository, "path": FILE})


def follow(person: Person, run_id: int, seconds: float) -> Iterator[str]:
    """Yield each line of the task's log as it appears, until the run has ended; raises `PlatformError`."""
    deadline, shown = time.monotonic() + seconds, 0
    while True:
        is_over = _build(person, run_id)["status"] == "completed"
        lines = _lines(person, run_id, shown)
        shown += len(lines)
        yield from (line.partition(" ")[2] for line in lines)
        if is_over:
            return
        if time.monotonic() > deadline:
            raise PlatformError(f"The pipeline's run is still in progress after {seconds:g} seconds.")
        time.sleep(POLL_SECONDS)


def _conclude(person: Person, run_id: int) -> bool:
    """Print the run's result, its summaries, and every error; returns whether it succeeded."""
    result = _build(person, run_id)["result"]
    heading(f"The pipeline's run: {result}")
    for summary in person.ask("GET", f"{_path(run_id)}/attachments/{SUMMARY}")["value"]:
        print(indented(html.unescape(person.page(summary["_links"]["self"]["href"]))))
    for record in _records(person, run_id):
        errors = [issue["message"] for issue in record["issues"] if issue["type"] == "error"]
        print("".join(f"  {record['name']}: {message}\n" for message in errors), end="")
    return bool(result == "succeeded")


def _lines(person: Person, run_id: int, shown: int) -> list[str]:
    """Return the lines of the task's log after the first *shown* ones."""
    logs = [record["log"] for record in _records(person, run_id) if record["name"] == TASK and record["log"]]
    if not logs:
        return []
    path = f"{_path(run_id)}/logs/{logs[0]['id']}"
    found = person.ask("GET", path, params={"startLine": shown + 1}, headers=AS_JSON)
    return list(found["value"])


def _build(person: Person, run_id: int) -> JSON:
    found: JSON = person.ask("GET", _path(run_id))
    return found


def _records(person: Person, run_id: int) -> list[JSON]:
    return list(person.ask("GET", f"{_path(run_id)}/timeline")["records"])


def _path(run_id: int) -> str:
    return f"{PROJECT}/_apis/build/builds/{run_id}"
