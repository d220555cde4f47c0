"""The answers of the running app are those that its own OpenAPI document describes."""

import re
import secrets

import httpx
import pytest
from jsonschema import Draft202012Validator

from emulators.ports import FUNCTIONS_HOST
from tests.boards import PLACE, contributor
from tests.end_to_end.test_bad_hooks import created

UNKNOWN = "z" * 20
BODY = {"userPrompt": "Write\n\nQUICK write openapi.txt Hello"}
PROMPT = {"workItemId": None, **BODY}


@pytest.fixture(scope="module")
def document(quick):
    return quick.app.http.get("/api/openapi.json").raise_for_status().json()


@pytest.fixture(scope="module")
def ended(quick):
    """The id of a run that has ended."""
    run_id = quick.post_run(BODY).json()["id"]
    assert quick.finished(run_id)["status"] == "completed"
    return run_id


def described(document, answer):
    """The id of the operation that *answer* comes from, once the document is found to describe it."""
    path = answer.request.url.path.removeprefix("/api")
    template = next(
        one for one in document["paths"] if re.fullmatch(re.sub(r"{\w+}", "[a-z0-9]{20,}", one), path)
    )
    operation = document["paths"][template][answer.request.method.lower()]
    response = operation["responses"][str(answer.status_code)]
    schema = response["content"]["application/json"]["schema"]
    validator = Draft202012Validator({**schema, "components": document["components"]})
    assert [error.message for error in validator.iter_errors(answer.json())] == []
    assert all(name in answer.headers for name in response.get("headers", {}) if answer.status_code != 503)
    return operation["operationId"], answer.status_code


def test_each_operation_answers_as_described(quick, document, ended, case):
    app, delivery = quick.app.http, {"subscriptionId": secrets.token_hex(8), "eventType": "build.complete"}
    callback = f"{quick.url(FUNCTIONS_HOST)}/api/runs/{ended}/callback"
    waiting = case("sleep 60").start()
    accepted = quick.deliver(created(case().item["id"]))
    quick.delivery(accepted.json()["deliveryId"])
    answers = [
        *of_azure_boards(quick, case),
        app.get("/api/openapi.json"),
        app.get("/api/hooks/subscriptions"),
        app.get("/api/agents"),
        app.get("/api/doctor"),
        app.get("/api/health"),
        app.get("/api/runs"),
        app.get("/api/runs?top=1&status=completed"),
        app.get("/api/runs?top=x"),
        app.get(f"/api/runs/{ended}"),
        app.get(f"/api/runs/{UNKNOWN}"),
        app.get(f"/api/runs/{ended}/log"),
        app.get(f"/api/runs/{ended}/log?offset=x"),
        app.get(f"/api/runs/{UNKNOWN}/log"),
        quick.post_run(PROMPT),
        quick.post_run({"workItemId": "1", "agent": "x"}),
        quick.post_run({"workItemId": 1, "organization": "another"}),
        quick.post_run({"workItemId": waiting.item["id"], "project": quick.sample.project}),
        app.post("/api/runs", content=b"x"),
        app.post("/api/runs", content=b"x" * 1_000_001),
        app.post(f"/api/runs/{waiting.run_id}/retry"),
        app.post(f"/api/runs/{waiting.run_id}/cancel"),
        app.post(f"/api/runs/{ended}/cancel"),
        app.post(f"/api/runs/{UNKNOWN}/cancel"),
        app.post(f"/api/runs/{ended}/retry"),
        app.post(f"/api/runs/{UNKNOWN}/retry"),
        quick.deliver(delivery),
        accepted,
        app.get("/api/deliveries"),
        app.get("/api/deliveries?status=started"),
        app.get(f"/api/deliveries/{accepted.json()['deliveryId']}"),
        app.get(f"/api/deliveries/{'0' * 64}"),
        quick.deliver(delivery, password="wrong"),
        httpx.post(callback, trust_env=False),
    ]
    seen = {described(document, answer) for answer in answers}
    every = {operation["operationId"] for item in document["paths"].values() for operation in item.values()}
    assert {operation for operation, _ in seen} == every
    expected = {
        ("createRun", 202), ("createRun", 400), ("createRun", 403), ("createRun", 409), ("createRun", 413),
        ("listRuns", 200), ("listRuns", 400), ("showRun", 200), ("showRun", 404), ("readLog", 200),
        ("readLog", 400), ("readLog", 404), ("cancelRun", 202), ("cancelRun", 404), ("cancelRun", 409),
        ("retryRun", 202), ("retryRun", 404), ("retryRun", 409), ("azureDevopsHook", 200),
        ("azureDevopsHook", 202), ("azureDevopsHook", 401), ("listDeliveries", 200), ("listDeliveries", 400),
        ("showDelivery", 200), ("showDelivery", 404),
        ("runCallback", 401), ("listAgents", 200), ("health", 200),
        ("openapiDocument", 200), ("listHookSubscriptions", 200),
        ("createBoardsRun", 202), ("createBoardsRun", 400), ("createBoardsRun", 401),
        ("createBoardsRun", 403),
        ("createBoardsRun", 409), ("listBoardsRuns", 200), ("listBoardsRuns", 400), ("listBoardsRuns", 403),
        ("showBoardsRun", 200), ("showBoardsRun", 401), ("showBoardsRun", 404), ("readBoardsLog", 200),
        ("cancelBoardsRun", 202), ("cancelBoardsRun", 409), ("retryBoardsRun", 202),
        ("listBoardsAgents", 200), ("listBoardsAgents", 400), ("listBoardsRepositories", 200),
        ("listBoardsRepositories", 400), ("listBoardsTemplates", 200),
    }  # fmt: skip
    assert expected <= seen


def of_azure_boards(quick, case):
    """The answers of the routes for Azure Boards, to one person."""
    ada = contributor(quick, "openapi")
    ended, waiting, without = case(), case("sleep 60"), quick.app.runs(top=50)
    number = ended.item["id"]
    started = ada.start(number)
    ended_id = quick.finished(started.json()["id"])["id"]
    waiting_id = ada.start(waiting.item["id"]).json()["id"]
    (prompt, *_) = [run["id"] for run in without if "workItemId" not in run]
    unsigned = {"X-Azure-DevOps-Token": None}
    return [
        started,
        ada.start(waiting.item["id"]),
        ada.ask("POST", "runs", body={**PLACE, "workItemId": number}, headers=unsigned),
        ada.start(2_000_000_000),
        ada.start(number, repository="nowhere"),
        ada.ask("POST", "runs", body=[]),
        ada.ask("GET", "runs", **PLACE, workItemId=number),
        ada.ask("GET", "runs", **PLACE),
        ada.ask("GET", "runs", **PLACE, workItemId=2_000_000_000),
        ada.ask("GET", f"runs/{ended_id}"),
        ada.ask("GET", f"runs/{prompt}"),
        ada.ask("GET", f"runs/{ended_id}", headers=unsigned),
        ada.ask("GET", f"runs/{ended_id}/log"),
        ada.ask("POST", f"runs/{ended_id}/cancel"),
        ada.ask("POST", f"runs/{waiting_id}/cancel"),
        ada.ask("POST", f"runs/{ended_id}/retry"),
        ada.ask("GET", "agents", **PLACE),
        ada.ask("GET", "agents", organization="."),
        ada.ask("GET", "repositories", **PLACE),
        ada.ask("GET", "repositories"),
        ada.ask("GET", "templates"),
    ]


def test_a_full_queue_is_described(narrow_case, narrow):
    document = narrow.app.http.get("/api/openapi.json").raise_for_status().json()
    first, second = narrow_case("sleep 60").start(), narrow_case().start()
    assert described(document, narrow.post_run(BODY)) == ("createRun", 429)
    for run in (second, first):
        assert narrow.app.http.post(f"/api/runs/{run.run_id}/cancel").status_code == 202
        run.ended("cancelled")


def test_without_a_key_there_is_no_document(quick):
    url = f"{quick.url(FUNCTIONS_HOST)}/api/openapi.json"
    assert httpx.get(url, trust_env=False).status_code == 401
