"""The agent is told to finish when most of a budget is used, in each dialect, and in turns only."""

import gzip
import json
import time

import pytest

from runner.gateway.patience import RunTime
from runner.gateway.request_memory import RequestMemory
from tests.containers.gateway.test_gateway import (  # noqa: F401 - fixtures
    ANTHROPIC,
    CHAT,
    GEMINI,
    RESPONSES,
    TOOLS,
    booked,
    post,
    provider,
    start,
)

USED = "This is an automatic message"
GEMINI_PATH = "/v1beta/models/priced-1:generateContent"
RESULT = {"type": "tool_result", "tool_use_id": "toolu_1", "content": "ok"}


def last_request(provider):  # noqa: F811
    return json.loads(provider.requests[-1][3])


def late(minutes=60):
    return RunTime(minutes * 60, time.monotonic() - minutes * 60 * 0.8)


def sent(provider, gateway, path, body):  # noqa: F811
    """The body that the provider got for a call with *body*."""
    assert post(gateway, path, {"model": "priced-1", "tools": TOOLS, **body}).status_code == 200
    return last_request(provider)


@pytest.mark.parametrize(
    ("content", "before"),
    [
        ("Do it.", [{"type": "text", "text": "Do it."}]),
        ([RESULT], [RESULT]),
        (
            [RESULT, {"type": "text", "text": "x", "cache_control": {"type": "ephemeral"}}],
            [RESULT, {"type": "text", "text": "x", "cache_control": {"type": "ephemeral"}}],
        ),
    ],
)
def test_the_words_stand_behind_the_blocks_of_the_last_message(provider, start, content, before):  # noqa: F811
    provider.answers(ANTHROPIC)
    messages = [
        {"role": "user", "content": "a"},
        {"role": "assistant", "content": "b"},
        {"role": "user", "content": content},
    ]
    body = {"system": [{"type": "text", "text": "s"}], "messages": messages}
    got = sent(provider, start(run_time=late()), "/v1/messages", body)
    *unchanged, last = got["messages"][-1]["content"]
    assert unchanged == before
    assert last["type"] == "text"
    assert last["text"].startswith(USED)
    assert "75 % of 60 minutes of this run are used" in last["text"]
    assert got["messages"][:-1] == messages[:-1]
    assert {**got, "messages": messages} == {"model": "priced-1", "tools": TOOLS, **body}


def test_the_words_are_left_out_where_there_is_no_memory_for_them(provider, start):  # noqa: F811
    provider.answers(ANTHROPIC)
    gateway = start(run_time=late())
    gateway._server.memory = RequestMemory(300)
    body = {"messages": [{"role": "user", "content": "a"}]}
    for _ in range(2):  # what was taken is given back
        assert sent(provider, gateway, "/v1/messages", body)["messages"] == body["messages"]
    gateway._server.memory = RequestMemory(3_000)
    assert USED in json.dumps(sent(provider, gateway, "/v1/messages", body))


@pytest.mark.parametrize("message", [{"role": "user"}, {"role": "tool", "tool_call_id": "1"}])
def test_the_words_are_the_end_of_the_last_message_of_a_chat(provider, start, message):  # noqa: F811
    provider.answers(CHAT)
    gateway = start("openai", run_time=late())
    before, part = {"role": "assistant", "content": "b"}, {"type": "text", "text": "ok"}
    for content in ("ok", [part]):
        messages = [before, {**message, "content": content}]
        got = sent(provider, gateway, "/v1/chat/completions", {"messages": messages})["messages"]
        added = got[1].pop("content")
        assert got == [before, message]
        if content == "ok":
            assert added.startswith(f"ok\n\n{USED}")
        else:
            assert added[:-1] == [part]
            assert added[-1]["type"] == "text"
            assert added[-1]["text"].startswith(USED)


@pytest.mark.parametrize("given", ["Do it.", [{"role": "user", "content": "Do it."}]])
def test_the_words_are_the_last_item_of_a_responses_input(provider, start, given):  # noqa: F811
    provider.answers(RESPONSES)
    got = sent(provider, start("openai", run_time=late()), "/v1/responses", {"input": given})
    first, last = got["input"]
    assert first == {"role": "user", "content": "Do it."}
    assert (last["type"], last["role"]) == ("message", "developer")
    assert last["content"][0]["text"].startswith(USED)


@pytest.mark.parametrize("name", ["systemInstruction", "system_instruction", ""])
def test_the_words_are_the_last_part_of_geminis_instruction(provider, start, name):  # noqa: F811
    provider.answers(GEMINI)
    body = {"contents": [{"role": "user", "parts": [{"text": "Do it."}]}]}
    body |= {name: {"role": "user", "parts": [{"text": "s"}]}} if name else {}
    got = sent(provider, start("gemini", run_time=late()), GEMINI_PATH, body)
    *before, last = got[name or "systemInstruction"]["parts"]
    assert before == ([{"text": "s"}] if name else [])
    assert last["text"].startswith(USED)
    assert got["contents"] == body["contents"]


@pytest.mark.parametrize(
    ("budget", "why"),
    [
        ({"turns": 4}, "75 % of 4 turns"),
        ({"tokens": 500}, "75 % of 500 tokens"),
        ({"usd": 0.0008}, "75 % of $0.00"),
    ],
)
def test_tells_it_from_the_first_call_after_three_quarters_on(provider, start, budget, why):  # noqa: F811
    provider.answers(ANTHROPIC)
    gateway = start(budget=budget)
    seen = []
    for number in range(4):
        answer = post(gateway, body={"tools": TOOLS, "messages": [{"role": "user", "content": "x"}]})
        if answer.status_code == 200:
            seen.append(USED in json.dumps(last_request(provider)))
            booked(gateway, turns=number + 1, output=7 * (number + 1))
    assert seen == sorted(seen)
    assert seen[0] is False
    assert seen[-1] is True
    assert gateway.told_to_finish == why
    assert f"The agent was told to finish, because {why} are used." in gateway.record.take_notices()


def test_says_nothing_before_and_changes_no_byte(provider, start):  # noqa: F811
    provider.answers(ANTHROPIC)
    gateway = start(budget={"turns": 100}, run_time=RunTime(600, time.monotonic()))
    body = b'{ "tools": [{"name": "x"}], "messages": [ {"role":"user","content":"\\u00e4"} ] }'
    post(gateway, body=body)
    assert provider.requests[0][3] == body
    assert gateway.told_to_finish == ""


def test_the_reason_stays_the_first_one(provider, start):  # noqa: F811
    provider.answers(ANTHROPIC)
    gateway = start(budget={"turns": 4}, run_time=late())
    for _ in range(4):
        got = sent(provider, gateway, "/v1/messages", {"messages": [{"role": "user", "content": "x"}]})
        assert "75 % of 60 minutes" in got["messages"][-1]["content"][-1]["text"]
    assert gateway.told_to_finish == "75 % of 60 minutes"


def test_reads_a_compressed_request_and_sends_it_plain(provider, start):  # noqa: F811
    provider.answers(ANTHROPIC)
    body = {"tools": TOOLS, "messages": [{"role": "user", "content": "x"}]}
    packed = gzip.compress(json.dumps(body).encode())
    post(start(run_time=late()), body=packed, headers={"Content-Encoding": "gzip"})
    assert USED in json.dumps(last_request(provider))
    assert "Content-Encoding" not in provider.requests[0][2]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/messages/count_tokens", {"tools": TOOLS, "messages": [{"role": "user", "content": "x"}]}),
        ("/v1/messages", {"messages": [{"role": "user", "content": "a side question has no tools"}]}),
        ("/v1/messages", {"tools": TOOLS, "messages": [{"role": "assistant", "content": "begun"}]}),
        ("/v1/messages", {"tools": TOOLS, "messages": "odd"}),
        ("/v1/messages", {"tools": TOOLS, "messages": []}),
        ("/v1/messages", {"tools": TOOLS, "messages": [{"role": "user", "content": 3}]}),
        ("/v1/chat/completions", {"tools": TOOLS, "prompt": "x"}),
        ("/v1/chat/completions", {"tools": TOOLS, "messages": []}),
        ("/v1/chat/completions", {"tools": TOOLS, "messages": [{"role": "assistant", "content": "x"}]}),
        ("/v1/chat/completions", {"tools": TOOLS, "messages": [{"role": "user", "content": None}]}),
        ("/v1/responses", {"tools": TOOLS, "input": None}),
        ("/v1/responses/compact", {"tools": TOOLS, "input": "x"}),
        (GEMINI_PATH, {"tools": TOOLS, "cachedContent": "cachedContents/1"}),
        (GEMINI_PATH, {"tools": TOOLS, "systemInstruction": {"parts": "odd"}}),
    ],
)
def test_leaves_a_request_alone_that_has_no_place_for_the_words(provider, start, path, body):  # noqa: F811
    gateway = start(run_time=late())
    content = json.dumps(body).encode()
    assert post(gateway, path, content).status_code == 200
    assert provider.requests[0][3] == content
    assert gateway.told_to_finish == ""


@pytest.mark.parametrize("odd", [b"1e999", b"NaN", b'"\\ud800"'])
def test_leaves_a_request_alone_that_could_not_be_written_again(provider, start, odd):  # noqa: F811
    body = b'{"tools": [{"name": "x"}], "messages": [{"role": "user", "content": "x"}], "odd": ' + odd + b"}"
    post(start(run_time=late()), body=body)
    assert provider.requests[0][3] == body


def test_was_not_told_if_no_request_with_the_words_was_served(provider, start):  # noqa: F811
    provider.fails(400)
    gateway = start(run_time=late())
    post(gateway, body={"tools": TOOLS, "messages": [{"role": "user", "content": "x"}]})
    assert USED in json.dumps(last_request(provider))
    assert gateway.told_to_finish == ""
