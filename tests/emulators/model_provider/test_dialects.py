"""Every dialect tells the same story, whole and streamed."""

import pytest

from tests.emulators.model_provider.dialect import Anthropic, Chat, Gemini, Responses, events_of

STORY = {
    "name": "story",
    "match": "tell the story",
    "steps": [
        {"note": "First I look.", "read": "notes/read me.md"},
        {"write": "new file.txt", "content": "line 'one'\n\"two\" — ü\n"},
        {"replace": "a.py", "old": "old\n", "new": "new\n"},
        {"run": "make test", "expect": "(?m)^OK$"},
        {"say": "Done: **all** of it. " * 20},
    ],
}
TOLD = [
    ("Read", {"file_path": "/work/my project/notes/read me.md"}),
    ("Write", {"file_path": "/work/my project/new file.txt", "content": "line 'one'\n\"two\" — ü\n"}),
    ("Edit", {"file_path": "/work/my project/a.py", "old_string": "old\n", "new_string": "new\n"}),
    ("Bash", {"command": "make test", "description": "Description"}),
    None,
]


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
def test_the_number_of_tool_results_decides_the_next_step(client, dialect, stream):
    client.add(STORY)
    told = []
    for done in range(len(TOLD)):
        results = ["fine"] * min(done, 3) + ["3 tests\nOK\n"] * (done - 3)
        said = client.ask(dialect, "Please tell the story.", results, stream=stream)
        told.append(said.call)
    assert told == TOLD
    assert said.text == STORY["steps"][-1]["say"]
    assert client.ask(dialect, "Please tell the story.", stream=stream).text == "First I look."


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
def test_counts_tokens_in_the_providers_own_fields(client, dialect, stream):
    usage = {"fresh": 120, "cached": 3400, "output": 56}
    client.add({"name": "counted", "match": "count me", "usage": usage, "steps": [{"say": "Counted."}]})
    said = client.ask(dialect, "count me", stream=stream)
    assert (said.fresh, said.cached, said.output) == (120, 3400, 56)


@pytest.mark.parametrize("options", [None, {}, {"include_usage": False}], ids=["none", "empty", "false"])
def test_chat_completions_stream_no_usage_unless_requested(client, options):
    body = {**Chat().body("x", stream=True), "stream_options": options}
    response = client.http.post(Chat.path, json=body, headers=Chat.headers)
    chunks = events_of(response)
    assert chunks[-1]["choices"][0]["finish_reason"] == "tool_calls"
    assert not any("usage" in chunk for chunk in chunks)
    assert response.text.rstrip().endswith("data: [DONE]")


def test_chat_completions_stream_the_usage_once_and_last_where_it_is_asked_for(client):
    *others, last = events_of(client.post(Chat(), "x", stream=True))
    assert last["choices"] == []
    assert last["usage"]["total_tokens"] > 0
    assert [chunk["usage"] for chunk in others] == [None] * len(others)


def test_later_turns_read_the_earlier_ones_from_the_cache(client, dialect):
    client.add(STORY)
    first = client.ask(dialect, "tell the story")
    second = client.ask(dialect, "tell the story", ["fine"])
    assert first.cached == 0
    assert second.cached > 0
    assert second.fresh < first.fresh


def test_ends_in_the_providers_own_words(client):
    client.add({"name": "short", "match": "short", "steps": [{"run": "true"}, {"say": "Done."}]})
    ends = {
        dialect.name: [client.ask(dialect, "short", results).ended for results in ([], ["ok"])]
        for dialect in (Anthropic(), Chat(), Responses(), Gemini())
    }
    assert ends == {
        "anthropic": ["tool_use", "end_turn"],
        "chat": ["tool_calls", "stop"],
        "responses": ["completed", "completed"],
        "gemini": ["STOP", "STOP"],
    }


def test_stops_when_a_result_is_not_what_the_step_expected(client, dialect):
    client.add(STORY)
    said = client.ask(dialect, "tell the story", ["fine", "fine", "fine", "1 failure"])
    assert said.call is None
    assert said.text.startswith("I stopped: `run`")
    assert "1 failure" in said.text


def test_answers_side_questions_without_tools_in_a_few_words(client, dialect):
    said = client.ask(dialect, "tell the story", tools=())
    assert said.call is None
    assert 0 < len(said.text) < 40


def test_says_that_it_cannot_when_no_tool_fits(client, dialect):
    client.add({"name": "needs a shell", "match": "shell", "steps": [{"run": "true"}]})
    said = client.ask(dialect, "shell", tools=("Read",))
    assert said.call is None
    assert said.text == "I cannot run with the tools I have: Read."


def test_adds_a_small_file_for_any_other_prompt(client, dialect):
    said = client.ask(dialect, "something that nobody wrote a conversation for")
    assert said.call is not None
    assert said.call[0] == "Write"


def test_puts_the_names_of_the_match_and_the_working_directory_into_the_texts(client, dialect):
    steps = [{"write": "{name}.txt", "content": "{name} in {cwd}, {other}"}]
    client.add({"name": "named", "match": r"make (?P<name>\w+)", "steps": steps})
    said = client.ask(dialect, "make tea")
    assert said.call is not None
    assert said.call[1]["file_path"] == "/work/my project/tea.txt"
    assert said.call[1]["content"] == "tea in /work/my project, {other}"


def test_anthropic_counts_tokens_before_it_is_asked(client):
    body = Anthropic().body("how long is this?")
    del body["max_tokens"], body["stream"]
    response = client.http.post("/v1/messages/count_tokens", json=body, headers=Anthropic.headers)
    assert response.json()["input_tokens"] > 10


def test_gemini_counts_tokens_before_it_is_asked(client):
    path = "/v1beta/models/gemini-2.5-pro:countTokens"
    whole = {"model": "models/gemini-2.5-pro", **Gemini().body("how long?")}
    for body in ({"contents": whole["contents"]}, {"generateContentRequest": whole}):
        response = client.http.post(path, json=body, headers=Gemini.headers)
        assert response.json()["totalTokens"] > 10


def test_gemini_streams_an_array_unless_events_are_asked_for(client):
    path = Gemini.streamed_path.removesuffix("?alt=sse")
    response = client.http.post(path, json=Gemini().body("x"), headers=Gemini.headers)
    assert isinstance(response.json(), list)


@pytest.mark.parametrize(
    "schema", [{"type": "object", "properties": {"title": {"type": "string"}}, "required": ["title"]}]
)
def test_side_questions_with_a_schema_get_json_that_fits(client, schema):
    body = {
        **Anthropic().body("title?", tools=()),
        "output_config": {"format": {"type": "json_schema", "schema": schema}},
    }
    response = client.http.post("/v1/messages", json=body, headers=Anthropic.headers)
    assert response.json()["content"][0]["text"] == '{"title": "Title"}'


def test_azures_own_version_of_the_openai_paths_is_there(client):
    headers = {"api-key": Chat.headers["Authorization"].removeprefix("Bearer ")}
    for dialect, path in ((Chat(), "/openai/v1/chat/completions"), (Responses(), "/openai/v1/responses")):
        response = client.http.post(path, json=dialect.body("x"), headers=headers)
        assert dialect.said(response.json()).call is not None


def test_a_freeform_tool_of_responses_gets_text(client):
    client.add({"name": "patch", "match": "patch it", "steps": [{"write": "a.txt", "content": "one\n"}]})
    tool = {"type": "custom", "name": "apply_patch", "format": {"type": "grammar"}}
    body = {**Responses().body("patch it", tools=()), "tools": [tool]}
    response = client.http.post("/v1/responses", json=body, headers=Responses.headers)
    item = response.json()["output"][0]
    assert item["type"] == "custom_tool_call"
    assert item["input"] == "*** Begin Patch\n*** Add File: a.txt\n+one\n*** End Patch"


def test_tools_may_come_in_the_input_of_responses_and_in_a_namespace(client):
    client.add({"name": "code", "match": "with code", "steps": [{"run": "make test"}]})
    tools = [{"type": "namespace", "name": "functions", "tools": [{"type": "custom", "name": "exec"}]}]
    body = Responses().body("do it with code", tools=())
    body["input"].insert(0, {"type": "additional_tools", "role": "developer", "tools": tools})
    response = client.http.post("/v1/responses", json=body, headers=Responses.headers)
    item = response.json()["output"][0]
    assert (item["type"], item["name"], item["namespace"]) == ("custom_tool_call", "exec", "functions")
    assert '"make test"' in item["input"]
