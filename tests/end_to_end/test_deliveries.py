"""Deliveries of service hooks: accepted by one write, taken once, and found again when that fails."""

import copy
import random
import secrets
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from emulators import azurite
from emulators.platform.sample import hook_url
from tests.end_to_end.test_bad_hooks import came, created
from tests.platform import running_platform
from tests.quick_agent import quick_options

ITEMS = 50
UNKNOWN = "0" * 64


@pytest.fixture(scope="module")
def crowd(tmp_path_factory):
    """A platform of its own, whose runs wait for the one place, and whose host may be killed."""
    folder = tmp_path_factory.mktemp("crowd")
    settings = {"MAX_CONCURRENT_RUNS": "1", "MAX_QUEUED_RUNS": "1"}
    with running_platform(folder / "state", **quick_options(folder / "app", settings=settings)) as platform:
        platform.busy = platform.work_item("Take your time", "<div>QUICK sleep 600</div>")
        came(platform, platform.deliver(created(platform.busy["id"])), "started")
        yield platform


def deliveries_of(numbers, seed):
    """Two deliveries for each work item, from two subscriptions, all of them out of order."""
    found = []
    for number in numbers:
        payload = created(number)
        found += [payload, {**copy.deepcopy(payload), "subscriptionId": secrets.token_hex(16)}]
    random.Random(seed).shuffle(found)
    return found


def runs_by_item(platform):
    """The ids of the runs of every work item."""
    rows = [run for run in platform.app.runs(top=200) if "workItemId" in run]
    return {
        run["workItemId"]: [one["id"] for one in rows if one["workItemId"] == run["workItemId"]]
        for run in rows
    }


def numbers_from(first):
    """The numbers of work items that do not exist: their runs wait, and are never looked at."""
    return range(first, first + ITEMS)


def test_100_deliveries_at_once_doubled_and_out_of_order_start_one_run_for_each_work_item(crowd):
    numbers, seed = numbers_from(70_000), secrets.token_hex(4)
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(crowd.deliver, deliveries_of(numbers, seed)))
    assert {(one.status_code, one.json()["status"]) for one in answers} == {(202, "accepted")}, seed
    taken = [crowd.delivery(one.json()["deliveryId"], seconds=120) for one in answers]
    assert {one["status"] for one in taken} <= {"started", "duplicate"}, seed
    runs = runs_by_item(crowd)
    for number in numbers:
        run_ids = {one["runId"] for one in taken if one["workItemId"] == number}
        assert run_ids == set(runs[number]), f"seed {seed}"
        assert len(run_ids) == 1, f"seed {seed}"


def test_none_is_lost_when_the_host_is_killed_in_the_middle(crowd):
    numbers, seed = numbers_from(80_000), secrets.token_hex(4)
    accepted = []

    def deliver(payload):
        try:
            answer = crowd.deliver(payload)
        except httpx.TransportError:
            return  # Azure DevOps would deliver it again; nobody promised anything
        if answer.status_code == 202:
            accepted.append((payload["resource"]["id"], answer.json()["deliveryId"]))

    with ThreadPoolExecutor(8) as pool:
        sent = [pool.submit(deliver, payload) for payload in deliveries_of(numbers, seed)]
        crowd.wait_for(lambda: len(accepted) >= ITEMS, "half of the deliveries to be accepted", 60)
        crowd.kill_host()
        for one in sent:
            one.result()
    assert accepted
    crowd.start_host()
    taken = {number: crowd.delivery(delivery, seconds=120) for number, delivery in accepted}
    runs = runs_by_item(crowd)
    for number, outcome in taken.items():
        assert outcome["status"] in ("started", "duplicate"), f"seed {seed}"
        assert runs[number] == [outcome["runId"]], f"seed {seed}"


def test_a_delivery_is_answered_before_anything_is_done_for_it(crowd):
    """The app's storage is away, and the answer does not wait for it."""
    crowd.restart_host_with(TABLE_URL="https://127.0.0.1:9")
    answer = crowd.deliver(created(90_000))
    assert (answer.status_code, answer.json()["status"]) == (202, "accepted")
    delivery_id = answer.json()["deliveryId"]
    (pending,) = listed(crowd, "pending")
    assert (pending["id"], pending["workItemId"], pending["status"]) == (delivery_id, 90_000, "pending")
    crowd.restart_host_with()
    assert crowd.delivery(delivery_id, seconds=60)["status"] == "started"
    assert len(runs_by_item(crowd)[90_000]) == 1


def test_a_delivery_that_cannot_be_taken_is_listed_and_taken_later(crowd):
    crowd.restart_host_with(TABLE_URL=nobodys_tables(crowd))
    answer = crowd.deliver(created(90_001))
    failed = crowd.delivery(answer.json()["deliveryId"])
    assert (failed["status"], failed["tries"]) == ("failed", 1)
    assert "Table Storage" in failed["reason"]
    assert [one["id"] for one in listed(crowd, "failed")] == [failed["id"]]
    crowd.restart_host_with()
    crowd.wait_for(lambda: started_again(crowd, failed["id"]), "the delivery to be tried again", 90)
    taken = crowd.delivery(failed["id"])
    assert (taken["status"], taken["tries"]) == ("started", 2)
    assert listed(crowd, "failed") == []
    assert runs_by_item(crowd)[90_001] == [taken["runId"]]


def nobodys_tables(platform):
    """The address of the tables of a storage account that does not exist."""
    return azurite.table_url(platform.plan.base_port).rpartition("/")[0] + "/nobody"


def started_again(platform, delivery_id):
    """Let the janitor look; whether the delivery has not failed any more."""
    platform.resume()
    found = platform.app.http.get(f"/api/deliveries/{delivery_id}").json()
    return found["status"] != "failed"


def listed(platform, status):
    """The deliveries with this status."""
    return (
        platform.app.http.get("/api/deliveries", params={"status": status}).raise_for_status().json()["value"]
    )


@pytest.mark.parametrize("delivery_id", [UNKNOWN, "z" * 20, "..%2Finstances", "0" * 63, "%00" * 64])
def test_an_unknown_delivery_is_not_found(quick, delivery_id):
    answer = quick.app.http.get(f"/api/deliveries/{delivery_id}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "unknown_delivery")


def test_a_status_that_cannot_be_listed_is_refused(quick):
    answer = quick.app.http.get("/api/deliveries", params={"status": "started"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid_query")
    assert "must be one of failed, pending" in answer.json()["error"]["message"]


def test_a_run_is_no_delivery(quick):
    run_id = quick.post_run({"userPrompt": "QUICK write notes.txt Hello"}).json()["id"]
    assert quick.app.http.get(f"/api/deliveries/{run_id}").status_code == 404


@pytest.mark.parametrize(
    ("details", "code"), [("all", "test_delivery"), ("minimal", "test_delivery"), ("none", "minimal_details")]
)
@pytest.mark.parametrize("event", ["workitem.created", "workitem.updated"])
def test_the_button_test_is_answered_with_what_it_is(quick, event, details, code):
    person = quick.person
    (made,) = [
        one for one in person.ask("GET", "_apis/hooks/subscriptions")["value"] if one["eventType"] == event
    ]
    auth = {"basicAuthUsername": "autocoder", "basicAuthPassword": quick.emulators.passwords.hook_password}
    url = hook_url(quick.emulators)
    inputs = {**made["consumerInputs"], **auth, "url": url, "resourceDetailsToSend": details}
    sent = person.ask(
        "POST",
        "_apis/hooks/testNotifications",
        json={"subscriptionId": made["id"], "details": {"consumerInputs": inputs}},
    )
    assert f'"code": "{code}"' in sent["details"]["response"]
