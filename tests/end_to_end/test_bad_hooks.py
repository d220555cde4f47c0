"""Service hook deliveries that are wrong, hostile or repeated: once verified, a 2xx with the reason."""

import base64
import copy
import hashlib
import hmac
import itertools
import json
from pathlib import Path

import httpx
import pytest

from emulators.ports import FUNCTIONS_HOST

SAMPLES = Path(__file__).parents[1] / "samples" / "service-hooks"
CREATED = json.loads((SAMPLES / "workitem.created.real-shape.json").read_text())
notifications = itertools.count(1000)


def created(number, **fields):
    """The documented delivery of a tagged work item that was created, with other fields."""
    payload = copy.deepcopy(CREATED)
    payload["notificationId"] = next(notifications)
    payload["resource"]["id"] = number
    payload["resource"]["fields"] |= {"System.Tags": "autocoder", **fields}
    return payload


@pytest.fixture
def item(quick):
    """A work item without a tag: only deliveries by hand start a run of it."""
    return quick.work_item("Say hello", "<div>QUICK write hello.txt Hello</div>")


def skipped(answer):
    """The body of an answer that says at once why a delivery starts no run."""
    body = answer.json()
    assert (answer.status_code, body["status"]) == (200, "skipped"), answer.text
    assert body["reason"]
    assert body["code"]
    return body


def came(platform, answer, status):
    """What came of a delivery that was accepted."""
    body = answer.json()
    assert (answer.status_code, body["status"]) == (202, "accepted"), answer.text
    found = platform.delivery(body["deliveryId"])
    assert found["status"] == status, found
    assert found.get("reason") or status == "started"
    return found


def test_a_delivery_starts_a_run_once_however_often_it_is_replayed(quick, item):
    payload = created(item["id"])
    run_id = came(quick, quick.deliver(payload), "started")["runId"]
    assert came(quick, quick.deliver(payload), "duplicate")["runId"] == run_id
    assert quick.finished(run_id)["status"] == "completed"
    assert came(quick, quick.deliver(payload), "duplicate")["runId"] == run_id
    assert len(quick.app.runs(workItemId=item["id"])) == 1


def test_a_change_whose_run_failed_starts_no_other_when_it_is_delivered_under_another_id(quick):
    failing = quick.work_item("Fail", "<div>QUICK fail 3</div>")
    run_id = came(quick, quick.deliver(created(failing["id"])), "started")["runId"]
    assert quick.finished(run_id)["status"] == "failed"
    assert came(quick, quick.deliver(created(failing["id"])), "duplicate")["runId"] == run_id


def test_the_same_content_in_a_new_delivery_is_a_duplicate_and_a_new_title_a_new_run(quick, item):
    run_id = came(quick, quick.deliver(created(item["id"])), "started")["runId"]
    assert came(quick, quick.deliver(created(item["id"])), "duplicate")["runId"] == run_id
    quick.finished(run_id)
    changed = created(item["id"], **{"System.Title": "Say hello to all"})
    second = came(quick, quick.deliver(changed), "started")["runId"]
    assert second != run_id
    assert quick.finished(second)["status"] == "completed"


def test_one_run_of_a_work_item_at_a_time(quick):
    busy = quick.work_item("Take your time", "<div>QUICK sleep 60</div>")
    run_id = came(quick, quick.deliver(created(busy["id"])), "started")["runId"]
    other = came(quick, quick.deliver(created(busy["id"], **{"System.Title": "Hurry up"})), "skipped")
    assert (other["code"], other["runId"]) == ("run_active", run_id)
    conflict = quick.post_run({"workItemId": busy["id"], "project": "Fabrikam"})
    assert (conflict.status_code, conflict.json()["error"]["code"]) == (409, "run_active")
    assert conflict.json()["error"]["details"] == {"runId": run_id}
    quick.app.http.post(f"/api/runs/{run_id}/cancel")
    assert quick.finished(run_id)["status"] == "cancelled"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"authorization": "Basic " + base64.b64encode(b"autocoder:wrong").decode()},
        {"authorization": "Basic " + base64.b64encode(b"autocoder:").decode()},
        {"authorization": "Basic %%%"},
        {"authorization": "Bearer x"},
        {"x-hub-signature-256": "sha256=" + "0" * 64},
        {"x-hub-signature-256": ""},
    ],
)
def test_a_delivery_without_the_password_is_refused(quick, item, headers):
    answer = post(quick, json.dumps(created(item["id"])).encode(), headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "not_verified")
    assert quick.app.runs(workItemId=item["id"]) == []


def test_a_delivery_without_the_function_key_is_refused(quick, item):
    answer = quick.deliver(created(item["id"]), key="wrong")
    assert answer.status_code == 401
    assert quick.app.runs(workItemId=item["id"]) == []


def test_a_gateway_may_sign_the_body_instead(quick, item):
    body = json.dumps(created(item["id"])).encode()
    secret = quick.emulators.passwords.hook_password.encode()
    signature = hmac.new(secret, body, hashlib.sha256).hexdigest()
    answer = post(quick, body, {"x-hub-signature-256": f"sha256={signature}"})
    run_id = came(quick, answer, "started")["runId"]
    assert quick.finished(run_id)["status"] == "completed"


def post(platform, body, headers):
    """Deliver with only these headers and the function key."""
    from emulators.platform.clients.app import function_key
    from emulators.platform.sample import HOOK_FUNCTION

    url = f"{platform.url(FUNCTIONS_HOST)}/api/hooks/azure-devops"
    params = {"code": function_key(platform.plan, HOOK_FUNCTION)}
    return httpx.post(url, content=body, headers=headers, params=params, timeout=60, trust_env=False)


@pytest.mark.parametrize(
    "fields",
    [
        {"System.Tags": None},
        {"System.Tags": ""},
        {"System.Tags": "autocoder2; my autocoder"},
        {"System.Tags": 7},
        {"System.Tags": ["autocoder"]},
        {"System.TeamProject": None},
        {"System.TeamProject": "x" * 1000},
        {"System.TeamProject": "Unmapped"},
        {"System.TeamProject": "../../etc"},
    ],
)
def test_fields_that_ask_for_nothing_start_nothing(quick, item, fields):
    skipped(quick.deliver(created(item["id"], **fields)))
    assert quick.app.runs(workItemId=item["id"]) == []


@pytest.mark.parametrize("number", [None, "13", -1, 0, True, 1.5, 2**31, 10**40, {}, [13]])
def test_a_delivery_without_a_usable_id_starts_nothing(quick, number):
    skipped(quick.deliver(created(number)))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not json",
        b"[]",
        b"null",
        b'"text"',
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"eventType": "workitem.created"}',
        b'{"eventType": "workitem.created", "resource": []}',
        b'{"eventType": ["workitem.created"], "resource": null}',
        b'{"eventType": "build.complete", "resource": {}}',
        b'{"eventType": "workitem.updated", "resource": {"fields": {"System.Tags": "x"}, "revision": 3}}',
    ],
)
def test_a_verified_body_that_cannot_be_used_gets_a_reason(quick, body):
    skipped(quick.deliver(body))


def test_a_body_of_10_megabytes_gets_a_reason(quick, item):
    payload = created(item["id"], **{"System.Description": "x" * 10_000_000})
    assert "1,000,000" in skipped(quick.deliver(payload))["reason"]


@pytest.mark.parametrize(
    "title", ['"; rm -rf / #', "x" * 10_000, "😀" * 100, "one\nline\x00more", None, 7, ["x"]]
)
def test_a_hostile_title_in_a_delivery_does_not_stop_the_run(quick, item, title):
    run_id = came(quick, quick.deliver(created(item["id"], **{"System.Title": title})), "started")["runId"]
    run = quick.finished(run_id)
    assert (run["status"], run["title"]) == ("completed", "Say hello")


def test_a_null_description_and_a_null_requester_do_not_stop_the_run(quick, item):
    payload = created(item["id"], **{"System.Description": None, "System.ChangedBy": None})
    run_id = came(quick, quick.deliver(payload), "started")["runId"]
    assert quick.finished(run_id)["status"] == "completed"


@pytest.mark.parametrize(
    "tags",
    [
        "autocoder; autocoder:agent=nobody",
        "autocoder; autocoder:repo=../x",
        "autocoder; autocoder:model=$(x)",
    ],
)
def test_options_that_are_wrong_start_nothing(quick, item, tags):
    body = skipped(quick.deliver(created(item["id"], **{"System.Tags": tags})))
    assert body["code"] == "invalid_request"


def test_another_organisation_starts_nothing(quick, item):
    payload = created(item["id"])
    for container in payload["resourceContainers"].values():
        container["baseUrl"] = "https://dev.azure.com/someoneelse/"
    assert skipped(quick.deliver(payload))["code"] == "not_allowed"
