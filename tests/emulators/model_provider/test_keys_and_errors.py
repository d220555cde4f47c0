"""Keys, faults and bad requests, in each provider's own shape."""

import stat

import httpx
import pytest

from emulators.model_provider.providers import error_body
from emulators.model_provider.state import ensure_key
from tests.emulators.model_provider.dialect import DIALECTS, KEY, Anthropic, Azure, Chat, Gemini

WRONG = {"x-api-key": "no", "api-key": "no", "x-goog-api-key": "no", "Authorization": "Bearer no"}
REFUSED = {
    "anthropic": (401, lambda error: error["type"] == "authentication_error"),
    "chat": (401, lambda error: error["code"] == "invalid_api_key"),
    "azure": (401, lambda error: error["code"] == "401"),
    "responses": (401, lambda error: error["code"] == "invalid_api_key"),
    "gemini": (400, lambda error: error["details"][0]["reason"] == "API_KEY_INVALID"),
}


def test_refuses_a_wrong_key_as_the_provider_does(client, dialect):
    response = client.post(dialect, "x", headers=WRONG)
    status, fits = REFUSED[dialect.name]
    assert response.status_code == status
    assert fits(response.json()["error"])
    assert client.requests() == []


def test_refuses_a_missing_key(client, dialect):
    headers = {name: value for name, value in dialect.headers.items() if name == "anthropic-version"}
    response = client.http.post(dialect.path, json=dialect.body("x"), headers=headers)
    assert response.status_code == (403 if dialect.name == "gemini" else 401)


def test_refuses_a_right_key_in_another_providers_header(client):
    body = Anthropic().body("x")
    headers = {"api-key": KEY, "anthropic-version": "2023-06-01"}
    assert client.http.post("/v1/messages", json=body, headers=headers).status_code == 401


def test_gemini_takes_the_key_from_the_query_as_well(client):
    response = client.http.post(f"{Gemini.path}?key={KEY}", json=Gemini().body("x"))
    assert response.status_code == 200


def test_makes_a_key_for_its_owner_alone_and_keeps_it(tmp_path):
    key = ensure_key(tmp_path / "model_provider")
    file = tmp_path / "model_provider" / "key"
    assert ensure_key(tmp_path / "model_provider") == key == file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert len(list(file.parent.iterdir())) == 1


def test_remembers_requests_without_their_keys(client, dialect):
    client.ask(dialect, "what is seen?")
    (seen,) = client.requests()
    assert seen["model"] == dialect.model
    assert seen["tools"] == ["Read", "Write", "Edit", "Bash"]
    assert seen["prompt"] == "what is seen?"
    assert seen["keyPrefix"] == KEY[:6]
    assert KEY not in str(seen)


@pytest.mark.parametrize("status", [429, 500])
def test_faults_come_in_the_providers_shape_and_then_pass(client, dialect, status):
    provider = {"chat": "openai", "responses": "openai"}.get(dialect.name, dialect.name)
    body = httpx.Response(200, json=error_body(provider, status)).text
    client.fault(path="/", method="POST", status=status, body=body, headers={"retry-after": "1"})
    failed = client.post(dialect, "x")
    assert failed.status_code == status
    assert failed.json()["error"]["message"]
    assert client.post(dialect, "x").status_code == 200


def test_a_failing_step_fails_for_every_retry(client, dialect):
    client.add({"name": "broken", "match": "break down", "steps": [{"run": "true"}, {"error": 429}]})
    assert client.post(dialect, "break down").status_code == 200
    for _ in range(2):
        failed = client.post(dialect, "break down", ["ok"])
        assert failed.status_code == 429
        assert failed.headers["retry-after"] == "1"


def test_a_step_can_hang(client):
    client.add({"name": "slow", "match": "hang on", "steps": [{"hang": 600}]})
    with pytest.raises(httpx.ReadTimeout):
        client.http.post(
            "/v1/messages", json=Anthropic().body("hang on"), headers=Anthropic.headers, timeout=0.3
        )


@pytest.mark.parametrize("path", ["/v1/messages", "/v1/messages/count_tokens"])
def test_anthropic_wants_its_version_header(client, path):
    response = client.http.post(path, json=Anthropic().body("x"), headers={"x-api-key": KEY})
    assert response.status_code == 400
    assert "anthropic-version" in response.json()["error"]["message"]


def test_azure_wants_an_api_version(client):
    path = Azure.path.split("?")[0]
    assert client.http.post(path, json=Azure().body("x"), headers=Azure.headers).status_code == 404


def test_an_unknown_path_is_not_found_in_the_providers_shape(client):
    response = client.http.post("/v1/no-such-thing", json={}, headers=Chat.headers)
    assert response.status_code == 404
    assert response.json()["error"]["type"] == "invalid_request_error"


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b'{"model": 1}', b'{"messages": "x", "input": 3, "contents": {}}']
)
@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_a_bad_body_is_a_bad_request(client, dialect, content):
    headers = {**dialect.headers, "Content-Type": "application/json"}
    response = client.http.post(dialect.path, content=content, headers=headers)
    assert response.status_code == 400
    assert response.json()["error"]["message"]


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"{}", b'{"generateContentRequest": 3}'])
@pytest.mark.parametrize(
    ("dialect", "path"),
    [(Anthropic(), "/v1/messages/count_tokens"), (Gemini(), "/v1beta/models/gemini-2.5-pro:countTokens")],
    ids=["anthropic", "gemini"],
)
def test_a_bad_body_cannot_be_counted_either(client, dialect, path, content):
    response = client.http.post(path, content=content, headers=dialect.headers)
    assert response.status_code == 400
    assert response.json()["error"]["message"]


@pytest.mark.parametrize(("stream", "options"), [(False, {"include_usage": True}), (True, "usage")])
def test_chat_completions_refuse_stream_options_that_do_not_fit(client, stream, options):
    body = {**Chat().body("x", stream=stream), "stream_options": options}
    response = client.http.post(Chat.path, json=body, headers=Chat.headers)
    assert response.status_code == 400
    assert "stream_options" in response.json()["error"]["message"]


@pytest.mark.parametrize(
    ("status", "kind"), [(402, "billing_error"), (504, "timeout_error"), (529, "overloaded_error")]
)
def test_anthropic_names_the_kind_of_its_errors(client, status, kind):
    client.add({"name": f"fails with {status}", "match": f"fail with {status}", "steps": [{"error": status}]})
    assert client.post(Anthropic(), f"fail with {status}").json()["error"]["type"] == kind


def test_lists_models_in_each_providers_shape(client):
    assert client.http.get("/v1/models", headers=Chat.headers).json()["object"] == "list"
    assert client.http.get("/v1/models", headers=Anthropic.headers).json()["has_more"] is False
    assert client.http.get("/v1beta/models", headers=Gemini.headers).json()["models"]
    assert client.http.get("/v1/models/any", headers=Chat.headers).json()["id"] == "any"


@pytest.mark.parametrize(
    "conversation",
    [
        {"steps": []},
        {"steps": [{"read": "a", "write": "b"}]},
        {"steps": [{"note": "nothing to do"}]},
        {"steps": [{"fly": "away"}]},
        {"steps": [{"say": "x"}], "match": "("},
        {"steps": [{"say": "x"}], "colour": "red"},
        {"steps": "say"},
        [],
    ],
)
def test_refuses_a_conversation_it_cannot_understand(client, conversation):
    response = client.http.post("/_control/conversations", json=conversation)
    assert response.status_code == 400
    assert response.json()["error"]


def test_names_an_unknown_field_of_a_conversation_or_fault_and_the_known_ones(client):
    for path, body, message in (
        (
            "conversations",
            {"name": "x", "colour": "red"},
            "x: unknown field 'colour'; fields are name, match",
        ),
        (
            "conversations",
            {"name": "x", "steps": [{"fly": "away"}]},
            "step 1: unknown field 'fly'; fields are read",
        ),
        ("faults", {"colour": "red"}, "unknown field 'colour'; fields are path, method"),
    ):
        assert message in client.http.post(f"/_control/{path}", json=body).json()["error"]
