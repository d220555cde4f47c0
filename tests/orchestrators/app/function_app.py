"""The real orchestrations over activities that follow a script: `$SCRIPT/<run>/<name>.json` lists replies."""

import json
import os
import threading
from pathlib import Path

import azure.durable_functions as df

from orchestrators import conclude, run_agent, wait_for_container_group, wait_for_slot

NAMES = (Path(__file__).parents[3] / "activities").glob("*.py")
SCRIPT = Path(os.environ["SCRIPT"])
LOCK = threading.Lock()

app = df.DFApp()
for part in (conclude, run_agent, wait_for_container_group, wait_for_slot):
    app.register_functions(part.blueprint)


def scripted(name: str) -> df.Blueprint:
    blueprint = df.Blueprint()

    def entry(payload):
        with LOCK:
            given = payload.get("given", payload)
            run_id = (given.get("run") or given.get("plan", {}).get("run") or given)["id"]
            calls = SCRIPT / f"{run_id}.calls"
            with calls.open("a") as log:
                log.write(json.dumps({"name": name, "payload": payload}) + "\n")
            replies = json.loads((SCRIPT / run_id / f"{name}.json").read_text())
            names = [json.loads(line)["name"] for line in calls.read_text().splitlines()]
        if name == "get_container_group" and "delete_container_group" in names:
            return {"value": {"state": "gone"}}
        done = names.count(name)
        reply = replies[min(done, len(replies)) - 1]
        if "raise" in reply:
            raise RuntimeError(reply["raise"])
        return reply

    entry.__name__ = name
    blueprint.activity_trigger(input_name="payload")(entry)
    return blueprint


for path in sorted(NAMES):
    if path.stem not in ("__init__", "activity"):
        app.register_functions(scripted(path.stem))
