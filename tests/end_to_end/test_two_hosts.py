"""Two functions hosts over the same storage: claims decide, regardless of which host gets the delivery.

On the Durable extension both hosts share a task hub, as two instances of one app do on Azure. The embedded
hub belongs to one host, so there each has its own, and only the claims are shared.
"""

import base64
import itertools
import json
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from emulators.platform.clients.app import App
from emulators.platform.plan import Plan
from emulators.platform.processes import Process, Program, end, wait_until_ready
from emulators.ports import FUNCTIONS_HOST
from tests.end_to_end.test_bad_hooks import created, post
from tests.platform import a_base_port, patience

SECONDS = 60
END_SECONDS = 10
# By these two the extension tells apart the instances of an app, and which of them leases a queue; otherwise
# it goes by the name of the machine, and two instances would both take themselves for the holder.
ANOTHER_INSTANCE = {"WEBSITE_CURRENT_STAMPNAME": "local", "RoleInstanceId": "second"}


class Twin:
    """A second functions host: another instance of the app, with the settings and storage of the first."""

    def __init__(self, platform, folder, **environment):
        self.emulators, extension = platform.emulators, platform.plan.durable_extension
        self.plan = Plan(state=folder, base_port=a_base_port(), app=platform.plan.app)
        command = [self.plan.python, "-m", "emulators.functions_host", "--state", str(folder)]
        command += ["--base-port", str(self.plan.base_port), "--app", str(self.plan.app)]
        command += ["--settings", str(platform.plan.settings_file)]
        command += ["--durable-extension", str(extension)] if extension else []
        ready = (f"{FUNCTIONS_HOST.name} listening on ",)
        given = {**platform.plan.trust(), **ANOTHER_INSTANCE, **environment}
        program = Program("second_host", command, ready, given)
        self.process = Process(program, self.plan.log("second_host"))
        wait_until_ready([self.process], SECONDS)
        self.app = App(self.plan)

    def url(self, emulator):
        return emulator.url(self.plan.base_port)


@pytest.fixture(scope="module")
def hosts(quick, tmp_path_factory):
    """The shared platform, and a second host beside its own."""
    twin = Twin(quick, tmp_path_factory.mktemp("twin"))
    yield quick, twin
    end([twin.process], END_SECONDS)  # it gives back its queues, which a killed one holds for 30 s


def at_once(*calls):
    """Make all *calls* at the same time; returns their results."""
    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(lambda call: call(), calls))


@pytest.mark.parametrize("same_delivery", [True, False])
def test_one_hook_at_two_hosts_at_once_starts_one_run(hosts, quick, same_delivery):
    item = quick.work_item("Be quick", "<div>QUICK write quick.txt Quick</div>")
    payloads = (
        itertools.repeat(created(item["id"])) if same_delivery else iter(lambda: created(item["id"]), None)
    )
    password = quick.emulators.passwords.hook_password
    headers = basic(password)
    bodies = [json.dumps(next(payloads)).encode() for _ in range(6)]
    answers = at_once(
        *(
            lambda host=host, body=body: post(host, body, headers)
            for host, body in zip(hosts * 3, bodies, strict=True)
        )
    )
    assert {(answer.status_code, answer.json()["status"]) for answer in answers} == {(202, "accepted")}
    taken = [
        delivery(host, answer.json()["deliveryId"]) for host, answer in zip(hosts * 3, answers, strict=True)
    ]
    assert {one["status"] for one in taken} <= {"started", "duplicate"}, taken
    assert len({one["runId"] for one in taken}) == 1
    run = quick.finished(taken[0]["runId"])
    assert run["status"] == "completed"
    assert len(quick.comments(item["id"])) == 1
    assert len(quick.app.runs(workItemId=item["id"])) == 1


def test_one_work_item_asked_for_at_two_hosts_at_once_runs_once(hosts, quick):
    item = quick.work_item("Be single", "<div>QUICK write single.txt Single</div>")
    body = {"workItemId": item["id"], "project": "Fabrikam"}
    answers = at_once(*(lambda host=host: host.app.http.post("/api/runs", json=body) for host in hosts * 3))
    accepted = [answer for answer in answers if answer.status_code == 202]
    refused = [answer for answer in answers if answer.status_code == 409]
    assert (len(accepted), len(refused)) == (1, 5), [answer.text for answer in answers]
    run_id = accepted[0].json()["id"]
    assert {answer.json()["error"]["details"]["runId"] for answer in refused} == {run_id}
    assert quick.finished(run_id)["status"] == "completed"
    assert len(quick.comments(item["id"])) == 1


def delivery(host, delivery_id, seconds=SECONDS):
    """What came of a delivery that this host accepted, once it was taken."""
    until = time.monotonic() + seconds * patience()
    while time.monotonic() < until:
        found = host.app.http.get(f"/api/deliveries/{delivery_id}").raise_for_status().json()
        if found["status"] != "pending":
            return found
        time.sleep(0.05)
    raise AssertionError(f"delivery {delivery_id} is still pending")


def basic(password):
    return {"authorization": "Basic " + base64.b64encode(f"autocoder:{password}".encode()).decode()}
