"""Executes activities once more, as a platform does whose worker died before it answered.

The product is never imported here: its activities run in a process of their own, with the inputs that they
had. https://learn.microsoft.com/azure/azure-functions/durable/durable-functions-types-features-overview
"""

import contextlib
import json
import os
import sqlite3
import subprocess
from collections.abc import Iterator

from emulators.functions_host.durable.management.management_urls import ManagementUrls
from emulators.functions_host.host_json import read_host_settings
from emulators.platform.clients.app import keys
from emulators.platform.plan import Plan
from emulators.ports import FUNCTIONS_HOST

SCHEDULED = 4  # the type of the event `TaskScheduled`
SECONDS = 120
# When an orchestration continues as new, its history begins anew; a platform repeats what was before, too.
KEEPING = f"""
create table if not exists scheduled(instance text not null, event text not null);
create trigger if not exists keep_scheduled after insert on history
  when json_extract(new.event, '$.EventType') = {SCHEDULED}
  begin insert into scheduled values(new.instance, new.event); end;
"""
LOG = "late_activities"
PROGRAM = """
import asyncio, json, os, sys
from pathlib import Path
os.environ.update(json.loads(Path(sys.argv[1]).read_text())["Values"])
sys.path.insert(0, os.getcwd())
import function_app
functions = {one.get_function_name(): one for one in function_app.app.get_functions()}
client = json.loads(sys.stdin.readline())
for line in sys.stdin:
    name, given = json.loads(line)
    try:
        bindings = functions[name].get_bindings()
        values = {one.name: client if one.type == "durableClient" else given for one in bindings}
        answer = functions[name].get_user_function()(**values)
        answer = asyncio.run(answer) if asyncio.iscoroutine(answer) else answer
    except Exception as error:
        answer = f"{type(error).__name__}: {error}"
    print(name, str(answer)[:300], flush=True)
"""


def keep_scheduled(plan: Plan) -> None:
    """Let the embedded hub keep from now on which activities it schedules."""
    for hub in _hubs(plan):
        hub.executescript(KEEPING)


def scheduled(plan: Plan) -> dict[str, list[tuple[str, str | None]]]:
    """Return the activities scheduled since `keep_scheduled` by instance, each with its input as JSON."""
    found: dict[str, list[tuple[str, str | None]]] = {}
    for hub in _hubs(plan):
        for instance, text in hub.execute("select instance, event from scheduled order by rowid"):
            event = json.loads(text)
            found.setdefault(instance, []).append((event["Name"], event.get("Input")))
    return found


def _hubs(plan: Plan) -> Iterator[sqlite3.Connection]:
    for file in plan.folder(FUNCTIONS_HOST.name).glob("*.sqlite"):
        with contextlib.closing(sqlite3.connect(file, timeout=10)) as hub:
            yield hub


def repeat(plan: Plan, activities: list[tuple[str, str | None]]) -> int:
    """Execute *activities* in their order, beside the host; return how many gave an answer."""
    lines = [json.dumps(_client(plan))]
    lines += [json.dumps([name, None if given is None else json.loads(given)]) for name, given in activities]
    with plan.log(LOG).open("ab") as log:
        done = subprocess.run(
            [plan.python, "-c", PROGRAM, str(plan.settings_file)],
            cwd=plan.app,
            env={**os.environ, **plan.trust(), "NO_PROXY": "127.0.0.1,localhost"},
            input="\n".join(lines).encode(),
            stdout=subprocess.PIPE,
            stderr=log,
            timeout=SECONDS,
            check=False,
        )
        log.write(done.stdout)
    return len(done.stdout.splitlines())


def _client(plan: Plan) -> str:
    """Return the binding of a durable client of the host, for an activity that starts a run."""
    origin, key = FUNCTIONS_HOST.url(plan.base_port), keys(plan)["system"]["durabletask_extension"]
    return ManagementUrls(origin, read_host_settings(plan.app).hub_name, key).client_binding()
