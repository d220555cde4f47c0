"""`GET /api/doctor` and `POST /api/runs/{id}/retry`, over the running app."""

import contextlib
import json

import pytest

from emulators import azurite, identities, tokens
from emulators.ports import AZURE_DEVOPS, BLOB_STORAGE


def test_the_doctor_finds_the_sample_platform_well(quick):
    answer = quick.app.http.get("/api/doctor")
    assert answer.status_code == 200, answer.text
    assert len(answer.json()["checks"]) >= 7


def test_the_doctor_says_what_to_do_when_azure_devops_does_not_know_the_app(quick):
    page = {
        "status": 203,
        "body": "<html>Sign in</html>",
        "headers": {"Content-Type": "text/html"},
        "times": 4,
    }
    quick.fault(AZURE_DEVOPS, path="connectionData", **page)
    answer = quick.app.http.get("/api/doctor")
    quick.forget_faults()
    assert answer.status_code == 503
    wrong = {check["name"]: check["message"] for check in answer.json()["checks"] if not check["ok"]}
    assert wrong.keys() == {"azure-devops", "requesters"}
    assert "identity" in wrong["azure-devops"]


@pytest.fixture
def doctor(quick):
    """Call the doctor while Azure DevOps refuses or changes answers; returns the check of requesters."""

    def ask(**fault):
        quick.fault(AZURE_DEVOPS, **fault)
        answer = quick.app.http.get("/api/doctor")
        assert answer.status_code == 503, answer.text
        (check,) = [check for check in answer.json()["checks"] if not check["ok"]]
        assert check["name"] == "requesters"
        return check["message"]

    yield ask
    quick.forget_faults()


JSON = {"Content-Type": "application/json"}


UNAUTHORIZED = {"status": 401, "body": '{"message": "TF400813: not authorized"}'}  # a scope that is missing
FORBIDDEN = {"status": 403, "body": '{"message": "Access denied", "typeKey": "AccessCheckException"}'}


@pytest.mark.parametrize("path", ["_apis/identities", "_apis/accesscontrollists"])
@pytest.mark.parametrize("refused", [UNAUTHORIZED, FORBIDDEN], ids=["unauthorized", "forbidden"])
def test_the_doctor_finds_that_requesters_cannot_be_judged(doctor, path, refused):
    said = doctor(path=path, times=2, headers=JSON, **refused)
    assert "Tags cannot start runs: " in said
    assert "docs/permissions.md lists the rights and the PAT scopes that the app needs." in said


def test_the_doctor_finds_that_azure_devops_shows_no_identities(doctor):
    none = {"status": 200, "headers": JSON, "body": '{"count": 1, "value": [null]}'}
    assert "so tags cannot start runs" in doctor(path="_apis/identities", **none)


def test_the_doctor_names_the_rights_that_the_app_lacks(doctor):
    entry = {"descriptor": "d", "allow": 2 + 16_384, "deny": 0, "extendedInfo": {"effectiveDeny": 16}}
    body = json.dumps({"count": 1, "value": [{"acesDictionary": {"d": entry}}]})
    said = doctor(path="_apis/accesscontrollists", status=200, headers=JSON, body=body)
    assert "The app lacks these permissions in " in said
    assert ": Contribute, Create branch. " in said


def test_a_run_that_ended_can_be_started_again_with_the_same_request(case):
    first = case("say Nothing to do").start()
    first.ended("no_changes")
    again = first.platform.app.http.post(f"/api/runs/{first.run_id}/retry")
    assert again.status_code == 202
    run = first.platform.finished(again.json()["id"])
    assert run["workItemId"] == first.item["id"]
    assert run["id"] != first.run_id


def test_a_run_in_progress_cannot_be_retried(case):
    going_on = case("sleep 1").start()
    answer = going_on.platform.app.http.post(f"/api/runs/{going_on.run_id}/retry")
    assert answer.status_code == 409
    going_on.ended("no_changes")


def test_an_unknown_run_cannot_be_retried(quick):
    assert quick.app.http.post(f"/api/runs/{'z' * 20}/retry").status_code == 404


def test_repeated_retries_start_one_run(case, quick):
    first = case("say Nothing to do").start()
    first.ended("no_changes")
    key = {"Idempotency-Key": "again"}
    answers = [quick.app.http.post(f"/api/runs/{first.run_id}/retry", headers=key) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [202, 202]
    assert answers[0].json()["id"] == answers[1].json()["id"]
    quick.finished(answers[0].json()["id"])
    other = quick.app.http.post(f"/api/runs/{first.run_id}/retry", headers={"Idempotency-Key": "once more"})
    assert other.json()["id"] != answers[0].json()["id"]
    quick.finished(other.json()["id"])


def test_a_request_that_is_not_allowed_any_more_is_not_started_again(case, quick):
    done = case("say Nothing to do").start()
    done.ended("no_changes")
    with kept_request(quick, done.run_id) as request:
        request["containerImage"] = "registry.example.com/build:1"
    answer = quick.app.http.post(f"/api/runs/{done.run_id}/retry")
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "not_allowed")
    assert "ALLOWED_IMAGE_REGISTRIES" in answer.text


@contextlib.contextmanager
def kept_request(platform, run_id):
    """The stored request of a run, to be changed as if it had been made under other settings."""
    token = tokens.mint(platform.state, resource=tokens.STORAGE_RESOURCE, client_id=identities.APP.client_id)
    headers = {"Authorization": f"Bearer {token}", "x-ms-version": "2023-11-03"}
    path = f"{azurite.blob_url(platform.plan.base_port)}/runs/{run_id}/request.json"
    with platform.client(BLOB_STORAGE, headers=headers) as storage:
        request = storage.get(path).raise_for_status().json()
        yield request
        storage.put(path, json=request, headers={"x-ms-blob-type": "BlockBlob"}).raise_for_status()
