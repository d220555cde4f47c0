"""The readable log and the final message, from the output of each CLI and from hostile output."""

import json
import re

import pytest

from autocoder.shared.redaction import Redactor
from runner.supervisor import agent_log, readable
from runner.supervisor.agent_log import AgentLog
from runner.supervisor.events import EventTable
from runner.supervisor.final_message import FinalMessage, read_final_message
from tests.containers.agents.at_work import AGENTS, CHECKOUT, read_log

SAMPLES = CHECKOUT / "tests" / "samples" / "agents"
SECRET = 'n0t "one" word/42'
USAGE = {"turns": 2, "inputTokens": 12_345, "cachedTokens": 600, "outputTokens": 78, "costUsd": 0.0123}
TABLE = {
    "said": [{"match": {"type": "said"}, "text": "text"}],
    "tool": [{"match": {"type": "call"}, "name": "tool", "input": "input", "id": "id"}],
    "result": [
        {"match": {"type": "answer", "ok": "false"}, "text": "output", "id": "id", "failed": True},
        {"match": {"type": "answer"}, "text": "output", "id": "id"},
    ],
    "usage": [{"match": {"type": "turn"}}],
    "error": [{"match": {"type": "error"}, "text": "message"}],
    "end": [
        {"match": {"type": "result", "more.kind": "e*"}, "text": "message.0.text", "failed": True},
        {"match": {"type": "result", "more.kind": "done"}, "text": "message.0.text"},
    ],
}
SPOKEN = {"said": [{"match": {"type": "said"}, "text": "text", "joined": True}], "end": TABLE["usage"]}
DONE = {"type": "result", "more": {"kind": "done"}, "message": [{"text": "It is done."}]}
XS = "x" * 99
LINE = re.compile(r" *\d+:\d\d  (said  |tool  |result|usage |model |error |end   |output)  \S.*")


class Reading:
    """An agent's output that is read while it grows."""

    def __init__(self, path, table=TABLE, usage=None):
        self.path, self.raw, self.readable = path, "", ""
        self.usage = usage or {"turns": 0}
        self.table, self.notices = EventTable(table), []
        self.log = AgentLog(path, self.table, Redactor([SECRET]), lambda: self.usage, self.take_notices)

    def take_notices(self):
        taken, self.notices = self.notices, []
        return taken

    def add(self, data):
        with self.path.open("ab") as file:
            file.write(data if isinstance(data, bytes) else data.encode())
        self.read()

    def read(self, *, at_end=False):
        piece = self.log.read(at_end=at_end)
        self.raw, self.readable = self.raw + piece.raw, self.readable + piece.readable

    def end(self):
        while not self.log.closed:
            self.read(at_end=True)
        return self

    @property
    def lines(self):
        """The readable lines, which all have the one form, without their times."""
        assert all(LINE.fullmatch(line) for line in self.readable.splitlines()), self.readable[:2000]
        return [line.split(":", 1)[1][4:] for line in self.readable.splitlines()]

    @property
    def final(self):
        return read_final_message(self.path, self.table, Redactor([SECRET]))


@pytest.fixture
def reading(tmp_path):
    def make(*events, **options):
        made = Reading(tmp_path / "log", **options)
        made.add("".join(f"{event if isinstance(event, str) else json.dumps(event)}\n" for event in events))
        return made

    return make


def said(text):
    return {"type": "said", "text": text}


def final_of(reading, *events, **options):
    return reading(*events, **options).end().final


# -- what the CLIs print ----------------------------------------------------------------------------------


@pytest.mark.parametrize("agent", [path.stem for path in sorted(SAMPLES.glob("*.jsonl"))])
def test_reads_the_output_of_each_agent(agent):
    log, final = read_log(agent, SAMPLES / f"{agent}.jsonl")
    words = [line.split()[1] for line in log.splitlines() if line.split()[1] != "output"]
    assert words == ["tool", "result", "tool", "result", "said", "end"]
    assert log.splitlines()[-1].endswith("end     finished")
    tools = [line for line in log.splitlines() if line.split()[1] == "tool"]
    assert tools[0].endswith("half.txt")
    assert "echo oops >&2; exit 3" in tools[1]
    assert "oops" in log.split(tools[1])[1].splitlines()[1]
    assert final.found
    assert not final.is_error
    assert final.text.startswith(("All done.\nSecond line.", "I stopped"))


def test_there_is_a_sample_of_each_program_that_prints_events():
    printing = {agent.cli.package for agent in AGENTS.values() if agent.events.said}
    assert printing == {AGENTS[path.stem].cli.package for path in SAMPLES.glob("*.jsonl")}


@pytest.mark.parametrize(
    ("agent", "event", "told"),
    [
        ("claude", {"type": "result", "subtype": "error_max_turns", "is_error": False}, "end     failed"),
        ("claude", {"type": "result", "is_error": True, "result": "no credit"}, "end     failed: no credit"),
        ("codex", {"type": "turn.failed", "error": {"message": "no credit"}}, "end     failed"),
        ("copilot", {"type": "result", "exitCode": 1}, "end     failed"),
        ("gemini", {"type": "result", "status": "error", "error": {"message": "no"}}, "error   no"),
        ("opencode", {"type": "error", "error": {"data": {"message": "no"}}}, "error   no"),
        ("opencode", {"type": "error", "error": {"name": "Unknown"}}, "error   Unknown"),
    ],
)
def test_reads_the_failure_of_each_agent(agent, event, told, tmp_path):
    (tmp_path / "log").write_text(json.dumps(event) + "\n")
    log, final = read_log(agent, tmp_path / "log")
    assert told in log
    assert final.is_error


def test_a_message_with_several_parts_gives_a_line_for_each(tmp_path):
    parts = [
        {"type": "tool_result", "tool_use_id": "b", "is_error": True, "content": "bad"},
        {"type": "text", "text": "not a result"},
        {"type": "tool_result", "tool_use_id": "a", "content": [{"type": "text", "text": "good"}]},
    ]
    (tmp_path / "log").write_text(json.dumps({"type": "user", "message": {"content": parts}}))
    log, _ = read_log("claude", tmp_path / "log")
    assert [line[8:] for line in log.splitlines()] == ["result  failed: bad", "result  good"]


# -- the readable log -------------------------------------------------------------------------------------


def test_writes_a_line_for_each_event(reading):
    made = reading(
        "a warning",
        said("First,\n  I look."),
        {"type": "call", "id": 1, "tool": "read", "input": {"limit": 5, "file_path": "a.py"}},
        {"type": "answer", "id": 1, "ok": True, "output": "one\ntwo\nthree"},
        {"type": "something else", "text": "x"},
        {"type": "call", "id": 2, "tool": "bash", "input": "make"},
        {"type": "answer", "id": 2, "ok": False, "output": "make: error 2"},
        {"type": "error", "message": "slow down"},
        DONE,
    )
    assert made.end().lines == [
        "output  a warning",
        "said    First, I look.",
        "tool    read a.py",
        "result  one (3 lines)",
        "tool    bash make",
        "result  failed: make: error 2",
        "error   slow down",
        "end     finished: It is done.",
    ]


def test_a_result_that_comes_late_names_its_tool(reading):
    calls = [{"type": "call", "id": name, "tool": name, "input": ""} for name in ("read", "grep")]
    answers = [{"type": "answer", "id": name, "output": ""} for name in ("read", "grep", "other")]
    made = reading(*calls, *answers).end()
    assert made.lines == ["tool    read", "tool    grep", "result  read: ok", "result  ok", "result  ok"]


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ({"description": "List", "command": "ls -l"}, "ls -l"),
        ({"limit": 3, "other": "text"}, "text"),
        ({"limit": 3}, '{"limit":3}'),
        ([{"path": "a"}, {"path": "b"}], "a, b"),
        ("*** Begin Patch\n*** Add File: a.py\n+x\n*** Update File: b.py\n", "a.py, b.py"),
        (None, ""),
        ({}, ""),
    ],
)
def test_shows_the_main_argument_of_a_tool(reading, given, shown):
    made = reading({"type": "call", "tool": "t", "input": given}).end()
    assert made.lines == [f"tool    t {shown}".strip()]


def test_usage_is_what_the_gateway_counted(reading):
    made = reading({"type": "turn", "usage": {"cost": 99}}, usage=dict(USAGE))
    made.add(json.dumps({"type": "turn"}) + "\n")
    made.usage = {**USAGE, "turns": 3, "costUsd": None}
    assert made.end().lines == [
        "usage   2 turns, 12,345 tokens in, 600 cached, 78 out, $0.0123",
        "usage   3 turns, 12,345 tokens in, 600 cached, 78 out, cost unknown",
    ]


def test_says_what_is_new_about_the_model_calls_even_if_the_agent_says_nothing(reading):
    made = reading(said("one"))
    made.notices = ["waiting 4 s", f"It said:\x1b[1m\nend  {SECRET}"]
    made.read()
    assert made.lines[:2] == ["said    one", "model   waiting 4 s"]
    assert made.lines[2].startswith("model   It said:")
    assert SECRET not in made.readable
    assert made.raw.count("\n") == 1
    made.read()
    assert len(made.lines) == 3


def test_the_time_counts_from_the_start_of_the_agent():
    moments = iter([100.0, *[225.9] * 10])
    table = EventTable({})
    log = readable.ReadableLog(table, Redactor(), lambda: {"turns": 0}, lambda: next(moments))
    log.begin()
    assert log.feed("hello\n") == "  2:05  said    hello\n"


def test_lines_are_written_while_the_agent_works(reading):
    made = reading(said("one"))
    assert made.lines == ["said    one"]
    made.add('{"type": "said", ')
    assert made.lines == ["said    one"]
    made.add('"text": "two"}\n')
    assert made.lines == ["said    one", "said    two"]


def test_a_log_that_is_too_long_ends_with_usage_and_end(reading, monkeypatch):
    monkeypatch.setattr(readable, "MAX_READABLE", 2_000)
    made = reading(*["noise"] * 1_000, said("unseen"), DONE, usage=USAGE).end()
    assert len(made.readable) < 2_400
    assert made.lines[-3:-1] == [f"output  [{readable.CUT}]", "end     finished: It is done."]
    assert made.lines[-1].startswith("usage ")
    assert made.final.text == "It is done."


# -- the final message ------------------------------------------------------------------------------------


def test_the_last_event_that_ends_the_run_has_the_final_message(reading):
    earlier = {**DONE, "message": [{"text": "not yet"}]}
    other = {"type": "result", "more": {"kind": "x"}}
    assert final_of(reading, earlier, DONE, other, "plain text") == FinalMessage(
        "It is done.", last_words="plain text", claims_success=True
    )
    failed = {**DONE, "more": {"kind": "error"}}
    expected = FinalMessage("It is done.", is_error=True, failure="It is done.")
    assert final_of(reading, failed) == expected


def test_an_error_explains_a_failure_unless_the_agent_went_on_after_it(reading):
    error = {"type": "error", "message": "No\x1b[1m such model"}
    assert final_of(reading, said("Hello"), error, "at line 7") == FinalMessage(
        found=False, failure="No such model", last_words="at line 7"
    )
    made = Reading(reading().path.with_name("another"))
    made.add("".join(json.dumps(event) + "\n" for event in (error, said("Better now."))))
    assert made.end().final == FinalMessage(found=False)


def test_an_agent_that_reports_its_end_and_did_not_has_no_final_message(reading):
    made = reading(said("I will look."), table={**SPOKEN, "said": TABLE["said"]}).end()
    assert made.final == FinalMessage("I will look.", found=False)


@pytest.mark.parametrize(
    ("fields", "failure"),
    [
        ({"subtype": "error_max_turns", "is_error": False, "num_turns": 11}, "error_max_turns"),
        ({"subtype": "error_during_execution", "errors": ["stream", "closed"]}, "stream closed"),
        ({"subtype": "error_during_execution", "errors": []}, "error_during_execution"),
        ({"subtype": "success", "is_error": True, "result": "API Error: 529"}, "API Error: 529"),
    ],
)
def test_a_result_of_claude_that_says_error_is_a_failure_with_its_words(tmp_path, fields, failure):
    path = tmp_path / "log"
    path.write_text(json.dumps({"type": "result", **fields}) + "\n")
    _, final = read_log("claude", path)
    assert (final.is_error, final.failure) == (True, failure)


def test_joins_a_message_that_comes_in_pieces(reading):
    tool, end = {"type": "tool"}, {"type": "turn"}
    events = (said("not this"), tool, said("Two "), "a warning", said("pieces."), end)
    made = reading(*events, table=SPOKEN).end()
    assert made.final == FinalMessage("Two pieces.", claims_success=True)
    wanted = ["said    not this", "output  a warning", "said    Two pieces.", "end     finished"]
    assert made.lines == wanted


@pytest.mark.parametrize("lines", [[], ["plain"], ["{broken"], ["[]", "1", "null", "{}"]])
@pytest.mark.parametrize("table", [TABLE, SPOKEN])
def test_without_the_event_there_is_no_final_message(reading, lines, table):
    assert not final_of(reading, *lines, table=table).found


def test_the_end_of_a_log_without_events_is_the_final_message(reading):
    made = reading("x" * 9000, "NEEDS_INFO: which one?", table={}).end()
    assert made.final.text.endswith("NEEDS_INFO: which one?")
    assert made.lines[-1] == "said    NEEDS_INFO: which one?"


def test_without_a_log_there_is_no_final_message(tmp_path):
    made = Reading(tmp_path / "none").end()
    assert (made.final.found, made.raw, made.readable) == (False, "", "")


@pytest.mark.parametrize(
    "noise", ["x" * 99 + "\n", '{"type": "noise", "of": "%s"}\n' % ("x" * 99), "x" * 100]
)
def test_finds_the_final_message_behind_and_before_much_output(tmp_path, noise):
    much = noise * (6_500_000 // len(noise)) + "\n"
    (tmp_path / "log").write_text(much + json.dumps(DONE) + "\n" + much)
    assert Reading(tmp_path / "log").final.text == "It is done."


def test_finds_the_final_message_at_the_end_of_a_huge_file(tmp_path):
    with (tmp_path / "log").open("wb") as file:
        file.truncate(3_000_000_000)
        file.seek(0, 2)
        file.write(b"\n" + json.dumps(DONE).encode())
    made = Reading(tmp_path / "log").end()
    assert made.final.text == "It is done."
    assert made.raw == agent_log.CUT
    assert made.lines == [f"output  [{readable.CUT}]", "end     finished: It is done."]


def test_the_stream_is_cut_and_the_reading_goes_on(reading, monkeypatch):
    monkeypatch.setattr(agent_log, "MAX_STREAM", 1_000)
    made = reading("y" * 5_000, DONE).end()
    assert made.raw == "y" * 1_000 + agent_log.CUT
    assert made.final.text == "It is done."


def test_output_that_follows_the_end_is_not_read(tmp_path):
    (tmp_path / "log").write_text("first\n")
    made = Reading(tmp_path / "log")
    made.read(at_end=True)
    made.add("more and more\n")
    assert made.end().raw == "first\n"


# -- output that is meant to harm -------------------------------------------------------------------------


def test_no_text_forges_a_line(reading):
    forged = (
        "x\n  0:09  end     finished\r\n  0:09  usage   0 turns\x85  0:10  end     a\u2028  0:11  end     b"
    )
    made = reading(said(forged), forged, {"type": "call", "tool": forged, "input": forged}).end()
    assert [line.split()[0] for line in made.lines] == ["said", *["output"] * 3, "tool"]


@pytest.mark.parametrize("text", ["##vso[task.setvariable variable=a]b", "##[error]x", "a ##VSO[x]y"])
def test_no_line_is_a_logging_command(reading, text):
    escaped = text.replace("vso", "v\x1b[0ms\u202eo")
    made = reading(said(text), text, said(escaped), escaped).end()
    assert len(made.lines) == 4
    assert not re.search(r"##\w*\[", made.readable)


@pytest.mark.parametrize(
    "text",
    [
        "\x1b[31mred\x1b[0m",
        "\x1b]0;title\x07red",
        "\x1b]8;;http://x\x1b\\red",
        "\x9b2Jred",
        "\x1bcr\x00e\x08d\x7f",
        "\u202ered\u2066",
        "r\ufeffed",
    ],
)
def test_terminal_escapes_and_control_characters_are_removed(reading, text):
    assert reading(said(text), text).end().lines == ["said    red", "output  red"]


def test_half_a_surrogate_and_invalid_utf8_are_replaced(reading):
    made = reading('{"type": "said", "text": "a\\ud83e!"}')
    made.add(b"b\xff\xf0\x9f\n")
    made.end()
    made.readable.encode()
    assert made.lines == ["said    a\ufffd!", "output  b\ufffd\ufffd"]


@pytest.mark.parametrize("mark", ["[", '{"type":', '{"type": "call", "tool": "t", "input": {"x": ['])
def test_nested_json_is_harmless(reading, mark):
    made = reading(mark * (100_000 if len(mark) < 10 else 10_000), DONE).end()
    assert made.final.text == "It is done."


@pytest.mark.parametrize("depth", [10, 500, 900])
def test_a_text_that_is_nested_json_is_harmless(reading, depth):
    deep = '[{"text": ' * depth + '"deep"' + "}]" * depth
    events = [f'{{"type": "said", "text": {deep}}}', f'{{"type": "call", "tool": {deep}, "input": {deep}}}']
    made = reading(*events, DONE).end()
    assert made.final.text == "It is done."


def test_megabytes_without_a_line_break_become_one_line(tmp_path):
    (tmp_path / "log").write_text('{"type": "said", "text": "' + "z" * 4_500_000 + '"}\n' + json.dumps(DONE))
    made = Reading(tmp_path / "log").end()
    assert len(made.lines) == 2
    assert len(made.lines[0]) < 250
    assert made.final.text == "It is done."
    assert len(made.raw) > 4_500_000


def test_a_long_text_is_cut(reading):
    made = reading(said("long " * 100_000), {"type": "answer", "output": "w" * 1_000_000}, "v" * 1_000).end()
    assert [len(line) for line in made.lines] == [8 + 1_000, 8 + 200, 8 + 200]
    assert all(line.endswith("…") for line in made.lines)


@pytest.mark.parametrize("number", ["1" * 5_000, "1e999", "NaN", "-0"])
def test_numbers_that_python_cannot_show_are_harmless(reading, number):
    call = f'{{"type": "call", "tool": {number}, "input": {{"limit": {number}}}}}'
    assert final_of(reading, call, f'{{"type": "said", "text": {number}}}', DONE).found


def test_a_secret_is_removed_however_it_is_written_or_divided(tmp_path):
    """As it is, in JSON, across two pieces, behind a JSON escape, and behind terminal escapes."""
    token = "sk-" + "aB3" * 10
    made = Reading(tmp_path / "log")
    made.add(SECRET[:7])
    made.add(SECRET[7:] + "\n" + json.dumps(said(SECRET)) + "\n")
    made.add(json.dumps(said(f"line\n{token}")) + "\n")
    made.add("".join(f"\\u{ord(one):04x}" for one in SECRET).join(['{"type": "said", "text": "', '"}\n']))
    made.add(SECRET.replace("w", "\x1b[1mw") + "\n")
    made.add(json.dumps({**DONE, "message": [{"text": f"a\n{SECRET} {token}"}]}))
    made.end()
    for shown in (made.readable, made.final.text):
        assert SECRET not in shown
        assert token not in shown
        assert "[redacted]" in shown
    assert SECRET not in made.raw


def test_a_secret_at_the_cut_is_removed_whole(reading):
    made = reading(said("x" * 995 + SECRET), {**DONE, "message": [{"text": "x" * 19_990 + SECRET}]}).end()
    assert SECRET[:4] not in made.readable
    assert SECRET[:4] not in made.final.text
