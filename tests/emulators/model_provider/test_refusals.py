"""Requests that the providers refuse, and what the emulator does not cover, in each provider's own shape."""

import pytest

from emulators.model_provider.operations import Operation
from emulators.model_provider.providers import PROVIDERS
from tests.emulators.model_provider.dialect import DIALECTS, Anthropic, Azure, Chat, Gemini, Responses

OPENAI_LIKE = (Chat(), Azure(), Responses())


def refused(client, dialect, body, *, path="", status=400, headers=None):
    response = client.http.post(
        path or dialect.path, json=body, headers={**dialect.headers, **(headers or {})}
    )
    assert response.status_code == status, response.text
    return response.json()["error"]


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_an_unknown_field_is_refused_by_its_name(client, dialect):
    error = refused(client, dialect, {**dialect.body("x"), "maxTurns": 3})
    assert "maxTurns" in error["message"]
    assert client.requests() == []


def test_anthropic_words_refusals_by_the_path_of_the_field(client):
    body = Anthropic().body("x")
    for wrong, message in (
        ({"colour": 1}, "colour: Extra inputs are not permitted"),
        ({"messages": []}, "messages: List should have at least 1 item after validation, not 0"),
        ({"max_tokens": "9"}, "max_tokens: Input should be a valid integer"),
        ({"temperature": 1.5}, "temperature: Input should be less than or equal to 1"),
        ({"service_tier": "fast"}, "service_tier: Input should be 'auto' or 'standard_only'"),
        (
            {"messages": [{"role": "tool", "content": "x"}]},
            "messages.0.role: Input should be 'user', 'assistant' or 'system'",
        ),
        ({"messages": [{"role": "user", "content": "x", "name": "y"}]}, "messages.0.name: Extra inputs"),
    ):
        error = refused(client, Anthropic(), {**body, **wrong})
        assert error["type"] == "invalid_request_error"
        assert error["message"].startswith(message)
    del body["max_tokens"]
    assert refused(client, Anthropic(), body)["message"] == "max_tokens: Field required"


@pytest.mark.parametrize("dialect", OPENAI_LIKE, ids=lambda dialect: dialect.name)
@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("colour", 1, "unknown_parameter"),
        ("stream", "yes", "invalid_type"),
        ("temperature", 3, "invalid_value"),
    ],
)
def test_openai_and_azure_name_the_parameter_and_the_kind_of_the_mistake(client, dialect, field, value, code):
    error = refused(client, dialect, {**dialect.body("x"), field: value})
    assert (error["type"], error["param"], error["code"]) == ("invalid_request_error", field, code)


def test_chat_completions_name_the_parameter_and_its_possible_values(client):
    error = refused(client, Chat(), {"model": "m", "messages": [{"role": "robot", "content": "x"}]})
    assert error["param"] == "messages[0].role"
    assert error["message"].startswith("Invalid value: 'robot'. Supported values are: 'developer', ")
    error = refused(client, Chat(), {"model": "m"})
    assert error["message"] == "Missing required parameter: 'messages'."


def test_responses_refuse_an_item_of_an_unknown_type(client):
    error = refused(client, Responses(), {"model": "m", "input": [{"type": "wish"}]})
    assert (error["param"], error["code"]) == ("input[0].type", "invalid_value")


def test_gemini_names_every_unknown_field_with_its_place(client):
    body = Gemini().body("x")
    body["contents"][0]["parts"][0]["words"] = "y"
    error = refused(client, Gemini(), {**body, "stream": True})
    assert error["status"] == "INVALID_ARGUMENT"
    (details,) = error["details"]
    assert details["fieldViolations"] == [
        {
            "field": "contents[0].parts[0]",
            "description": 'Invalid JSON payload received. Unknown name "words" at '
            "'contents[0].parts[0]': Cannot find field.",
        },
        {"description": 'Invalid JSON payload received. Unknown name "stream": Cannot find field.'},
    ]


def test_gemini_reads_fields_in_either_spelling(client):
    body = Gemini().body("x")
    body["system_instruction"] = body.pop("systemInstruction")
    body["tools"] = [{"function_declarations": body["tools"][0]["functionDeclarations"]}]
    assert client.http.post(Gemini.path, json=body, headers=Gemini.headers).status_code == 200
    (seen,) = client.requests()
    assert "Primary working directory" in seen["context"]
    assert seen["tools"] == ["Read", "Write", "Edit", "Bash"]


def test_gemini_refuses_a_query_parameter_that_it_does_not_have(client):
    error = refused(client, Gemini(), Gemini().body("x"), path=f"{Gemini.path}?colour=red")
    assert "Field 'colour' could not be found in request message." in error["message"]


def test_an_unknown_version_is_refused(client):
    error = refused(client, Anthropic(), Anthropic().body("x"), headers={"anthropic-version": "2024-01-01"})
    assert error["message"] == 'anthropic-version: "2024-01-01" is not a valid version'
    path = Azure.path.replace("2024-10-21", "2024-10-22")
    assert (
        refused(client, Azure(), Azure().body("x"), path=path, status=404)["message"] == "Resource not found"
    )
    path = "/openai/v1/responses?api-version=2024-10-21"
    error = refused(client, Azure(), Responses().body("x"), path=path)
    assert error == {"code": "BadRequest", "message": "API version not supported"}


def test_azure_has_responses_on_its_dated_path_since_a_certain_version(client):
    path = "/openai/responses?api-version="
    body = Responses().body("x")
    refused(client, Azure(), body, path=f"{path}2024-10-21", status=404)
    client.http.post(f"{path}2025-03-01-preview", json=body, headers=Azure.headers).raise_for_status()


@pytest.mark.parametrize(
    ("dialect", "wish", "what"),
    [
        (Anthropic(), {"tool_choice": {"type": "any"}}, "tool_choice.type 'any'"),
        (Anthropic(), {"stop_sequences": ["."]}, "stop_sequences"),
        (Chat(), {"n": 2}, "n over 1"),
        (Chat(), {"logprobs": True}, "logprobs"),
        (Responses(), {"previous_response_id": "resp_1"}, "previous_response_id"),
        (Responses(), {"tool_choice": "required"}, "tool_choice 'required'"),
        (Gemini(), {"generationConfig": {"candidateCount": 2}}, "candidateCount over 1"),
        (Gemini(), {"cachedContent": "cachedContents/1"}, "cachedContent"),
    ],
)
def test_features_that_the_script_lacks_are_refused(client, dialect, wish, what):
    error = refused(client, dialect, {**dialect.body("x"), **wish}, status=501)
    assert error["message"].startswith(f"{what} is not covered by this emulator; see ")
    assert client.requests() == []


def uncovered():
    for provider in PROVIDERS:
        for operation in provider.operations:
            if operation.action == "none":
                yield pytest.param(provider, operation, id=f"{provider.name} {operation.name}")


@pytest.mark.parametrize(("provider", "operation"), list(uncovered()))
def test_every_operation_that_is_not_covered_is_refused_by_its_name(client, provider, operation: Operation):
    path = operation.path.replace("{version:v1beta|v1alpha}", "v1beta")
    path = path.replace("{model}", "m").replace("{id}", "1")
    dialect = {"anthropic": Anthropic, "openai": Chat, "azure": Azure, "gemini": Gemini}[provider.name]
    query = "?api-version=2024-10-21" if "/deployments/" in path else ""
    response = client.http.request(operation.method, path + query, headers=dialect.headers)
    assert response.status_code == 501
    assert response.json()["error"]["message"].startswith(f"{operation.name} (")


def test_every_operation_with_an_answer_of_a_model_has_a_dialect():
    for provider in PROVIDERS:
        for operation in provider.operations:
            assert (operation.dialect is not None) == (operation.action in ("generate", "stream", "count"))
