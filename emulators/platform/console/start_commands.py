"""The ways to start a run of the sample's work item, as commands to paste into another terminal.

The commands contain no secrets: they read them from the state folder, which only this user may read.
https://learn.microsoft.com/rest/api/azure/devops/wit/work-items/update,
https://learn.microsoft.com/azure/devops/service-hooks/events#workitem.created
"""

import json
import shlex
from pathlib import Path
from typing import Any

from emulators.platform.clients.person import API_VERSION, HOOK_USER
from emulators.platform.plan import Plan
from emulators.platform.running import Platform
from emulators.platform.sample import HOOK_PATH, TAG, Sample
from emulators.ports import AZURE_DEVOPS, FUNCTIONS_HOST
from emulators.private_files import write_private

JSON = dict[str, Any]
APP_KEY, HOOK_PASSWORD = '["host"]["default"]', '["hook_password"]'
PRINT_VALUE = "import json, sys; print(json.load(open(sys.argv[1])){})"
ACCEPTED = """\
An answer 202 only means that the run is queued. The work item, the repository and the team's own templates
are read later, and the run fails if one of them does not exist. Each step of each run is printed here."""
ID = "by-hand-$(date +%s%N)"  # of the delivery, because Azure DevOps gives each one its own


def print_start_commands(platform: Platform, sample: Sample) -> None:
    """Print the pages of the sample, and a ready-made command for each way to start its run."""
    write_private(platform.plan.token_file, sample.token)
    print(f"\nwork item    {sample.work_item_url}\nrepository   {sample.repository_url}")
    print(f"runs         {platform.url(AZURE_DEVOPS)}/_runs")
    print("\nTo start a run, paste these lines into another terminal, then one of the three commands:\n")
    print("\n".join(secret_lines(platform.plan)))
    for title, command in start_commands(platform, sample).items():
        print(f"\n# {title}\n{command}")
    print(f"\n{ACCEPTED}\n", flush=True)


def secret_lines(plan: Plan) -> list[str]:
    """Return the lines that set `KEY`, `PAT` and `PASSWORD` in a shell."""
    return [
        f"KEY={_value(plan.keys_file, APP_KEY)}",
        f"PAT=$(cat {shlex.quote(str(plan.token_file))})",
        f"PASSWORD={_value(plan.passwords_file, HOOK_PASSWORD)}",
    ]


def start_commands(platform: Platform, sample: Sample) -> dict[str, str]:
    """Return the commands that start a run of the sample's work item, by their description."""
    number, app = sample.work_item["id"], platform.url(FUNCTIONS_HOST)
    item = f"{sample.person.url}/_apis/wit/workitems/{number}?api-version={API_VERSION}"
    change = [{"op": "add", "path": "/fields/System.Tags", "value": TAG}]
    return {
        "Tag the work item (its page has a form for it, too); Azure DevOps delivers the service hook": _curl(
            "PATCH", item, change, '-u ":$PAT"', kind="application/json-patch+json"
        ),
        "Call the app's REST interface": _curl(
            "POST", f"{app}/api/runs", {"workItemId": number}, '-H "x-functions-key: $KEY"'
        ),
        "Deliver the service hook by hand": _curl(
            "POST",
            f"{app}{HOOK_PATH}",
            delivery(sample),
            f'-H "x-functions-key: $KEY" -u "{HOOK_USER}:$PASSWORD"',
        ).replace(f'"{ID}"', f'"\'"{ID}"\'"'),
    }


def follow_commands(app_url: str, run_id: str) -> list[str]:
    """Return the commands that show a run and its log; `KEY` is set by `secret_lines`."""
    run = f"{app_url}/api/runs/{run_id}"
    return [f"curl -sS -w '\\n' -H \"x-functions-key: $KEY\" {url}" for url in (run, f"{run}/log")]


def delivery(sample: Sample) -> JSON:
    """Return a `workitem.created` event with only the parts that name the work item and its tags."""
    fields = {"System.TeamProject": sample.project, "System.Tags": TAG}
    return {
        "subscriptionId": "by-hand",
        "id": ID,
        "eventType": "workitem.created",
        "resource": {"id": sample.work_item["id"], "fields": fields},
        "resourceContainers": {"collection": {"baseUrl": f"{sample.person.url}/"}},
    }


def _curl(method: str, url: str, body: object, credentials: str, kind: str = "application/json") -> str:
    """Return a `curl` command; *credentials* are options with shell variables in them."""
    return (
        f"curl -sS -w '\\n' -X {method} {shlex.quote(url)} {credentials} \\\n"
        f"  -H 'Content-Type: {kind}' -d {shlex.quote(json.dumps(body))}"
    )


def _value(file: Path, path: str) -> str:
    """Return a shell expression for the value at *path* in a JSON *file*."""
    return f"$(python3 -c {shlex.quote(PRINT_VALUE.format(path))} {shlex.quote(str(file))})"
