"""Wrong requests: the status, and all errors in one answer."""

import json

import httpx
import pytest

from emulators.ports import FUNCTIONS_HOST


def refused(answer, status, code):
    assert answer.status_code == status, answer.text
    error = answer.json()["error"]
    assert error["code"] == code
    assert error["message"]
    return error


def fields_of(error):
    return {problem["field"] for problem in error["details"]["problems"]}


@pytest.mark.parametrize("body", [b"", b"not json", b"\xff\xfe\x00", b"{'a': 1}", b"[" * 100_000])
def test_400_for_a_body_that_is_not_json(quick, body):
    refused(quick.app.http.post("/api/runs", content=body), 400, "not_json")


@pytest.mark.parametrize("body", [[], None, "text", 7, [{"workItemId": 1}]])
def test_400_for_json_that_is_not_an_object(quick, body):
    refused(quick.app.http.post("/api/runs", content=json.dumps(body)), 400, "invalid_request")


def test_400_names_every_wrong_field_at_once(quick):
    body = {
        "workItemId": "one",
        "userPrompt": 7,
        "agent": "claude",
        "agentType": "hal",
        "labels": "urgent",
        "budget": {"minutes": -1, "hours": 2, "turns": "3"},
        "createPullRequest": "perhaps",
        "__proto__": {},
    }
    error = refused(quick.post_run(body), 400, "invalid_request")
    assert fields_of(error) == {
        "workItemId", "userPrompt", "agent", "agentType", "labels", "budget.minutes", "budget.hours",
        "budget.turns", "createPullRequest", "__proto__",
    }  # fmt: skip


def test_400_names_every_invalid_value(quick):
    body = {
        "project": "a/b",
        "repository": "..",
        "agentType": "../claude",
        "model": "$(id)",
        "containerImage": "UPPER CASE",
        "targetBranch": "-force",
        "baseBranch": "refs/heads/main",
        "sourceBranchPrefix": "refs/heads/../",
        "labels": ["a\nb"],
        "reviewers": [""],
        "budget": {"minutes": 10_000, "usd": 10_000, "tokens": 10**12, "turns": 10**9},
    }
    error = refused(quick.post_run(body), 400, "invalid_request")
    assert fields_of(error) == {
        "workItemId", "project", "repository", "agentType", "model", "containerImage", "targetBranch",
        "baseBranch", "sourceBranchPrefix", "labels", "reviewers", "budget.minutes", "budget.usd",
        "budget.tokens", "budget.turns",
    }  # fmt: skip


@pytest.mark.parametrize("number", [0, -1, 2**31, "1", True, 1.5, "x", {}, []])
def test_400_for_an_invalid_work_item_id(quick, number):
    assert fields_of(refused(quick.post_run({"workItemId": number}), 400, "invalid_request")) == {
        "workItemId"
    }


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"workItemId": 1, "organization": "someoneelse"}, "organization"),
        ({"workItemId": 1, "containerImage": "evil.example.com/autocoder/quick:1"}, "containerImage"),
        ({"workItemId": 1, "containerImage": "autocoder.azurecr.io.evil.com/x:1"}, "containerImage"),
    ],
)
def test_403_for_a_value_that_is_not_allowed(quick, body, field):
    assert fields_of(refused(quick.post_run(body), 403, "not_allowed")) == {field}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/runs"),
        ("POST", "/api/runs"),
        ("GET", "/api/runs/zzzzzzzzzzzzzzzzzzzz"),
        ("GET", "/api/runs/zzzzzzzzzzzzzzzzzzzz/log"),
        ("POST", "/api/runs/zzzzzzzzzzzzzzzzzzzz/cancel"),
        ("POST", "/api/hooks/azure-devops"),
    ],
)
@pytest.mark.parametrize("key", [None, "wrong", ""])
def test_401_without_the_key(quick, method, path, key):
    headers = {} if key is None else {"x-functions-key": key}
    url = f"{quick.url(FUNCTIONS_HOST)}{path}"
    assert httpx.request(method, url, headers=headers, json={}, trust_env=False).status_code == 401


@pytest.mark.parametrize("token", [None, "x", "0" * 64])
def test_401_for_a_callback_without_the_token_of_its_run(quick, token):
    headers = {} if token is None else {"authorization": f"Bearer {token}"}
    url = f"{quick.url(FUNCTIONS_HOST)}/api/runs/{'z' * 20}/callback"
    refused(httpx.post(url, headers=headers, json={}, trust_env=False), 401, "not_verified")


@pytest.mark.parametrize("run_id", ["z" * 20, "x", "Z" * 20, "..%2F..%2Fx", "a'%20or%201%20eq%201", "%00"])
@pytest.mark.parametrize(("method", "tail"), [("GET", ""), ("GET", "/log"), ("POST", "/cancel")])
def test_404_for_an_unknown_run(quick, run_id, method, tail):
    refused(quick.app.http.request(method, f"/api/runs/{run_id}{tail}"), 404, "unknown_run")


@pytest.mark.parametrize("name", ["workItemId", "top"])
@pytest.mark.parametrize("number", ["9" * 5_000, "9" * 10, "%D9%A1"])
def test_400_names_the_number_that_is_too_large(quick, name, number):
    answer = quick.app.http.get(f"/api/runs?{name}={number}")
    assert name in refused(answer, 400, "invalid_query")["message"]


@pytest.mark.parametrize("offset", ["9" * 5_000, "9" * 16, "-1", "x"])
def test_400_for_an_offset_that_is_not_a_number(quick, offset):
    answer = quick.app.http.get(f"/api/runs/{'z' * 20}/log?offset={offset}")
    assert "offset" in refused(answer, 400, "invalid_query")["message"]


@pytest.mark.parametrize("raw", ["1", "True", "yes"])
def test_400_for_a_raw_that_is_neither_true_nor_false(quick, raw):
    answer = quick.app.http.get(f"/api/runs/{'z' * 20}/log?raw={raw}")
    assert "raw" in refused(answer, 400, "invalid_query")["message"]


def test_an_empty_offset_never_reaches_the_app(quick):
    answer = quick.app.http.get(f"/api/runs/{'z' * 20}/log?offset=")
    refused(answer, 404, "unknown_run")


WRONG = ("workItemId=x", "top=-1", "status=lost", "top=1.5", "workItemId=%C2%B2", "continuationToken=x")


@pytest.mark.parametrize("query", WRONG)
def test_400_for_a_query_that_is_wrong(quick, query):
    refused(quick.app.http.get(f"/api/runs?{query}"), 400, "invalid_query")


@pytest.mark.parametrize("project", ["' or PartitionKey ne '", "x' and 1 eq 1 or ''='"])
def test_a_filter_is_never_part_of_a_query_language(quick, project):
    assert quick.app.http.get("/api/runs", params={"project": project}).json()["value"] == []


def test_a_list_is_read_in_parts_the_newest_run_first(quick):
    runs = [quick.post_run({"userPrompt": "Say it\n\nQUICK say Nothing"}).json()["id"] for _ in range(2)]
    for run_id in runs:
        quick.finished(run_id)
    filters, found = {"project": quick.sample.project.upper(), "top": 1}, []
    for _ in runs:
        part = quick.app.http.get("/api/runs", params=filters).json()
        filters["continuationToken"] = part.get("continuationToken", "")
        found += part["value"]
    assert {run["id"] for run in found} == set(runs)


def test_413_over_a_megabyte(quick):
    refused(quick.post_run({"userPrompt": "x" * 10_000_000}), 413, "body_too_large")


def test_an_idempotency_key_gives_the_same_run(quick):
    body = {"userPrompt": "Say it once\n\nQUICK write once.txt Once"}
    first = quick.post_run(body, **{"Idempotency-Key": "once"})
    second = quick.post_run(body, **{"Idempotency-Key": "once"})
    assert (first.status_code, second.status_code) == (202, 202)
    assert first.json()["id"] == second.json()["id"]
    assert quick.finished(first.json()["id"])["status"] == "completed"
