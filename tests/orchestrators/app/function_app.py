"""The real orchestration over activities that follow a script: `$SCRIPT/<run>/<name>.json` lists replies.

While there is a file `<name>.held` beside it, the activity does not answer.
"""

import json
import os
import threading
import time
from pathlib import Path

import azure.durable_functions as df

from orchestrators import run_agent

NAMES = (Path(__file__).parents[3] / "activities").glob("*.py")
SCRIPT = Path(os.environ["SCRIPT"])
LOCK = threading.Lock()


class UnexpectedError(Exception):
    """As activities raise it for a bug."""


app = df.DFApp()
app.register_functions(run_agent.blueprint)


def run_of(payload) -> str:
    if isinstance(payload, str):
        return payload
    given = payload.get("given", payload)
    given = given.get("report") or given
    return str((given.get("run") or given.get("plan", {}).get("run") or given)["id"])


def scripted(name: str) -> df.Blueprint:
    blueprint = df.Blueprint()

    def entry(payload):
        run_id = run_of(payload)
        with LOCK:
            calls = SCRIPT / f"{run_id}.calls"
            with calls.open("a") as log:
                log.write(json.dumps({"name": name, "payload": payload}) + "\n")
            replies = json.loads((SCRIPT / run_id / f"{name}.json").read_text())
            names = [json.loads(line)["name"] for line in calls.read_text().splitlines()]
        while (SCRIPT / run_id / f"{name}.held").exists():
            time.sleep(0.01)
        reply = replies[min(names.count(name), len(replies)) - 1]
        if "raise" in reply:
            raise UnexpectedError(reply["raise"])
        return {"value": payload} if "echo" in reply else reply

    entry.__name__ = name
    blueprint.activity_trigger(input_name="payload")(entry)
    return blueprint


for path in sorted(NAMES):
    if path.stem not in ("__init__", "activity"):
        app.register_functions(scripted(path.stem))
