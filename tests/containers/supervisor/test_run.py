import contextlib
import json
import os
import signal
import subprocess
import time

import pytest

from autocoder.changes.pack import open_pack
from autocoder.changes.trees import read_change
from autocoder.models import Verification
from tests.containers.group import CALLBACK_TOKEN, FINAL, MODEL_KEY
from tests.containers.provider import Provider
from tests.containers.remote import AUTHORIZATION, git
from tests.processes import commands_with, unique_seconds


def test_delivers_what_the_agent_has_changed(group, tmp_path):
    group.agent(f"""
        echo hello > hello.txt
        echo more >> src/app.py
        rm old.txt
        chmod +x README.md
        mkdir -p build && echo x > build/ignored
        cp docs/guide.md docs/copy.md
        ln -s app.py src/link
        printf 'echo ho\\r\\n' >> windows.bat
        echo working
        echo '{FINAL}'
    """)
    group.set_constant("supervisor.live", "FIRST_REPORT_SECONDS", 60.0)
    result = group.run()
    assert (result.outcome, result.reason) == ("changed", "")
    assert (result.summary, result.agent_exit_code) == ("I did it.", 0)
    assert group.changes(tmp_path / "received.git") == {
        "hello.txt": "A",
        "src/app.py": "M",
        "old.txt": "D",
        "README.md": "M",
        "docs/copy.md": "A",
        "src/link": "A",
        "windows.bat": "M",
    }
    repository, commit = tmp_path / "received.git", result.pack.commit
    assert git(repository, "cat-file", "-p", f"{commit}:windows.bat") == "echo hi\necho ho"
    assert git(repository, "cat-file", "-p", f"{commit}:src/link") == "app.py"
    assert git(repository, "log", "-1", "--format=%P %an %ae %cn %aI%n%B", commit).startswith(
        f"{group.remote.head} Autocoder autocoder@example.com Autocoder 2025-01-02T03:04:05+00:00\nSay hello"
    )
    assert result.lines["src/app.py"] == (1, 0)
    assert group.stream() == f"working\n{FINAL}\n"
    assert group.log() == "output  working\nend     finished: I did it.\n"
    assert group.callbacks == [(f"/api/runs/{group.id}/callback", f"Bearer {CALLBACK_TOKEN}", b"{}")]


def test_the_pack_lets_both_trees_be_compared_without_the_repository(group):
    group.agent(f"rm src/deep/er/data.txt; chmod +x docs/guide.md; cp README.md docs/r.md; echo '{FINAL}'")
    result = group.run()
    with open_pack(group.pack().read(), sha256=result.pack.sha256) as pack:
        change = read_change(pack, result.pack.commit, result.base_commit)
    assert {one.path: one.kind for one in change.changes} == {
        "src/deep/er/data.txt": "deleted",
        "docs/guide.md": "modified",
        "docs/r.md": "added",
    }


def test_the_same_work_gives_the_same_commit(group, tmp_path, runs, remote):
    from tests.containers.group import Group

    first = group.run()
    again = Group(tmp_path / "again", runs, remote)
    try:
        assert again.run().pack.commit == first.pack.commit
    finally:
        again.end()


def test_says_when_the_agent_has_changed_nothing(group):
    group.agent(f"touch README.md; echo x > a.log; echo '{FINAL}'")
    result = group.run()
    assert (result.outcome, result.pack, result.reason) == ("no_changes", None, "")


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        (f"echo x > x; echo '{FINAL}'; exit 3", "exit code 3"),
        ('echo x > x; echo \'{"type": "result", "result": "no", "is_error": true}\'', "reported a failure"),
        ('echo x > x; echo \'{"type": "said", "text": "Hm."}\'; exit 3', "exit code 3"),
    ],
)
def test_an_agent_that_fails_by_exit_code_or_words_does_not_lose_its_change(group, script, reason):
    group.run_file["verify"] = ["test -e x"]
    group.agent(script)
    result = group.run()
    assert result.outcome == "agent_failed"
    assert reason in result.reason
    assert (result.lines, result.pack is not None) == ({"x": (1, 0)}, True)
    assert [check.exit_code for check in result.verification] == [0]


def test_a_final_message_that_is_lost_does_not_lose_the_change(group):
    group.agent("echo x > x; echo bye")
    result = group.run()
    assert (result.outcome, result.reason) == ("changed", "the agent ended without a final message")
    assert (result.lines, result.pack is not None) == ({"x": (1, 0)}, True)


def test_an_agent_that_neither_says_nor_changes_anything_has_failed(group):
    group.agent("echo bye")
    result = group.run()
    assert result.outcome == "agent_failed"
    assert result.reason == "the agent ended without a final message. Its last words: bye"


def test_a_change_that_is_not_published_is_neither_verified_nor_uploaded(group):
    group.run_file["verify"] = ["echo never"]
    group.agent("echo x > x; ln -s /etc/passwd out; exit 3")
    result = group.run()
    assert (result.outcome, result.pack, result.verification) == ("refused", None, ())
    assert not (group.volumes["control"] / "verify" / "start-1").exists()
    assert not group.runs.exists(f"{group.id}/changes.pack")


def test_ends_at_once_when_the_clone_failed(group):
    told = group.clone(CLONE_AUTHORIZATION="Bearer wrong", AUTOCODER_CLONE_SECONDS="2")
    assert told["state"] == "failed"
    assert "did not accept the clone token" in told["reason"]
    group.start_agent()
    group.start_verify()
    group.start_supervisor()
    result = group.finished()
    assert (result.outcome, result.reason) == ("clone_failed", told["reason"])
    assert not (group.volumes["exchange"] / "log-1").exists()
    assert len(group.callbacks) == 1


def test_does_not_spend_twice_when_the_platform_restarts_the_group(group):
    first = group.run()
    for name in ("exit-1.json", "log-1"):
        (group.volumes["exchange"] / name).unlink()
    group.start_agent()
    group.start_verify()
    group.start_supervisor()
    assert group.finished() == first
    assert not (group.volumes["exchange"] / "log-1").exists()


def test_an_agent_that_was_started_is_not_started_again(group):
    group.clone()
    (group.volumes["exchange"] / "log-1").touch()
    (group.volumes["control"] / "agent").mkdir()
    (group.volumes["control"] / "agent" / "start-1").touch()
    assert group.start_agent().wait(10) == 0
    assert not (group.volumes["workspace"] / "hello.txt").exists()


def test_says_interrupted_when_an_earlier_attempt_left_no_result(group):
    group.clone()
    group.runs.write(f"{group.id}/attempt", b"earlier")
    group.start_agent()
    group.start_verify()
    group.start_supervisor()
    result = group.finished()
    assert result.outcome == "interrupted"
    assert not (group.volumes["workspace"] / "hello.txt").exists()


def test_withholds_protected_paths_and_drops_leftovers(group, tmp_path):
    group.agent(f"""
        echo evil >> AGENTS.md
        rm .github/workflows/ci.yml
        echo pipeline > azure-pipelines.yml
        mkdir .fake && echo x > .fake/state
        echo x > a.txt.tmp.1
        echo fine > fine.txt
        echo '{FINAL}'
    """)
    result = group.run()
    assert group.changes(tmp_path / "r.git") == {"fine.txt": "A"}
    assert {one.path for one in result.withheld} == {
        "AGENTS.md",
        ".github/workflows/ci.yml",
        "azure-pipelines.yml",
    }


def test_a_change_to_protected_paths_only_counts_as_no_change(group):
    group.agent(f"echo evil >> AGENTS.md; echo '{FINAL}'")
    result = group.run()
    assert (result.outcome, result.pack, result.withheld[0].path) == ("no_changes", None, "AGENTS.md")


def test_verifies_the_commit_in_order_and_keeps_the_end_of_the_output(group):
    group.run_file |= {
        "setup": ["echo set up > prepared; echo $HOME > home"],
        "verify": [
            "test -f hello.txt && test -f prepared && test ! -e ignored.log && pwd",
            f"seq 1 5000; echo {MODEL_KEY}; exit 7",
            "false\necho not reached",
            'test "$HOME" = "$(cat home)" && test -z "$(ls -A "$HOME")"',
        ],
    }
    group.agent(f"echo hello > hello.txt; echo x > ignored.log; echo '{FINAL}'")
    result = group.run()
    assert [one.exit_code for one in result.verification] == [0, 0, 7, 1, 0]
    failed: Verification = result.verification[2]
    assert failed.output.endswith("5000\n[redacted]")
    assert len(failed.output) <= 2000
    assert "not reached" not in result.verification[3].output
    assert result.outcome == "changed"


def test_withheld_files_that_setup_and_verify_make_as_well_are_build_output_and_only_counted(group, tmp_path):
    make = "mkdir -p out && printf 'a\\0b' > out/app.jar && printf 'a\\0b' > data.bin && echo x > AGENTS.md"
    group.run_file |= {
        "setup": ["mkdir out && printf 'a\\0b' > out/app.jar"],
        "verify": ["echo x > AGENTS.md"],
    }
    group.agent(f"{make}; echo fine > fine.txt; echo '{FINAL}'")
    result = group.run()
    assert group.changes(tmp_path / "r.git") == {"fine.txt": "A"}
    assert {one.path for one in result.withheld} == {"AGENTS.md", "data.bin"}
    assert result.build_outputs == {"made by setup and verify": 1}
    assert (result.outcome, [one.exit_code for one in result.verification]) == ("changed", [0, 0])


def test_a_link_that_the_commands_leave_for_their_checkout_is_not_followed(group, tmp_path):
    (tmp_path / "app.jar").write_bytes(b"x")
    checkout = group.volumes["verification"] / "checkout"
    group.run_file["verify"] = [f"rm -rf '{checkout}'; ln -s '{tmp_path}' '{checkout}'"]
    group.agent(f"printf 'a\\0b' > app.jar; echo fine > fine.txt; echo '{FINAL}'")
    result = group.run()
    assert [one.path for one in result.withheld] == ["app.jar"]


def test_ends_a_verify_command_that_hangs_and_skips_the_next_one(group):
    group.run_file["verify"] = ["sleep 60", "echo never"]
    group.set_constant("supervisor.verification", "TOTAL_SECONDS", 9.0)
    slow, never = group.run().verification
    assert slow.exit_code in (124, 137)
    assert "did not finish in time" in slow.output
    assert (never.exit_code, never.seconds, never.output) == (None, 0, "")


def test_runs_nothing_after_a_setup_that_failed(group):
    group.run_file |= {"setup": ["echo broken; exit 4"], "verify": ["true", "true"]}
    result = group.run()
    assert [check.exit_code for check in result.verification] == [4, None, None]
    assert result.outcome == "changed"


def test_the_deadline_of_the_wrapper_ends_the_whole_process_group(group):
    group.seconds = 1
    one, two, three = unique_seconds(), unique_seconds(), unique_seconds()
    group.agent(f"echo partial > partial.txt; sleep {one} & (trap '' TERM; sleep {two}) & sleep {three}")
    group.environment["AUTOCODER_GRACE_SECONDS"] = "1"
    began = time.monotonic()
    result = group.run()
    assert (result.outcome, result.pack is not None) == ("timed_out", True)
    assert time.monotonic() - began < 15
    assert [commands_with(seconds) for seconds in (one, two, three)] == [[], [], []]


def test_the_supervisor_enforces_its_own_deadline(group):
    group.run_file["budget"]["minutes"] = 0.005
    group.set_constant("supervisor.work", "EXTRA_SECONDS", 1.0)
    seconds = unique_seconds()
    group.agent(f"echo partial > partial.txt; sleep {seconds}")
    result = group.run()
    assert (result.outcome, result.pack is not None) == ("timed_out", True)
    assert commands_with(seconds) == []


def test_reports_when_the_agents_container_dies(group):
    group.set_constant("supervisor.agent", "SILENCE_SECONDS", 1.5)
    group.agent("echo partial > partial.txt; sleep 304")
    group.clone()
    agent = group.start_agent()
    group.start_verify()
    group.start_supervisor()
    _wait_for(group.volumes["workspace"] / "partial.txt")
    for process in (agent.pid, *_descendants(agent.pid)):
        with contextlib.suppress(ProcessLookupError):  # the wrapper's naps come and go
            os.kill(process, signal.SIGKILL)
    group.processes.pop("agent").communicate()
    result = group.finished()
    assert result.outcome == "agent_failed"
    assert "out of memory" in result.reason
    assert (result.pack is not None, result.lines) == (True, {"partial.txt": (1, 0)})


def test_on_sigterm_it_stops_the_agent_and_keeps_the_log(group):
    seconds = unique_seconds()
    group.agent(f"echo begun; touch begun; sleep {seconds}")
    group.clone()
    group.start_agent()
    group.start_verify()
    supervisor = group.start_supervisor()
    _wait_for(group.volumes["workspace"] / "begun")
    supervisor.terminate()
    result = group.finished()
    assert (result.outcome, result.pack) == ("interrupted", None)
    assert (group.log(), group.stream()) == ("output  begun\n", "begun\n")
    assert commands_with(seconds) == []


def test_no_secret_reaches_log_result_or_progress(group):
    secrets = [MODEL_KEY, CALLBACK_TOKEN]
    group.agent(
        "\n".join(f"echo 'it is {secret} here'" for secret in secrets)
        + f"\nprintf %s {MODEL_KEY} | base64; env; cat {group.volumes['inputs']}/run.json"
        + "\necho x >x; sleep 0.5"
        + "\n"
        + f"echo '{json.dumps({'type': 'result', 'result': f'key {MODEL_KEY}', 'is_error': False})}'"
    )
    result = group.run(REDACT=json.dumps(["another-secret"]))
    assert result.outcome == "changed"
    for told in (group.log(), group.stream(), result.model_dump_json(), group.progress().model_dump_json()):
        for secret in (*secrets, AUTHORIZATION.partition(" ")[2], "sig="):
            assert secret not in told
    assert "it is [redacted] here" in group.log()


def test_refuses_a_change_that_holds_a_secret_of_the_run(group):
    group.agent(f"mkdir d; echo 'key = {MODEL_KEY}' > d/config; echo '{FINAL}'")
    result = group.run()
    assert (result.outcome, result.pack) == ("refused", None)
    assert result.reason == "d/config: the file contains a secret of this run"


def test_withholds_changes_to_paths_kept_in_lfs(group, tmp_path):
    group.agent(f"echo bytes > art.psd; echo x > fine.txt; echo '{FINAL}'")
    (withheld,) = group.run().withheld
    assert (withheld.path, "LFS" in withheld.reason) == ("art.psd", True)
    assert group.changes(tmp_path / "r.git") == {"fine.txt": "A"}


def test_withholds_paths_that_the_agent_itself_puts_into_lfs(group, tmp_path):
    group.agent(f"echo '*.big filter=lfs' >> .gitattributes; echo x > a.big; echo '{FINAL}'")
    assert [one.path for one in group.run().withheld] == ["a.big"]
    assert group.changes(tmp_path / "r.git") == {".gitattributes": "M"}


def test_the_log_is_stored_while_the_agent_works(group):
    group.agent(f"echo first; touch begun; while [ ! -e go ]; do sleep 0.02; done; rm go; echo '{FINAL}'")
    group.clone()
    group.start_agent()
    group.start_verify()
    group.start_supervisor()
    for _ in range(500):
        if group.log() and group.progress().phase == "running":
            break
        time.sleep(0.01)
    assert (group.log(), group.progress().phase) == ("output  first\n", "running")
    (group.volumes["workspace"] / "go").touch()
    group.finished()
    assert group.log() == "output  first\nend     finished: I did it.\n"
    assert group.stream() == f"first\n{FINAL}\n"


def test_a_log_without_a_last_line_break_is_stored_whole(group):
    group.agent(f"echo '{FINAL}'; head -c 2500000 /dev/zero | tr '\\0' x; printf 'the end'")
    group.run()
    stream = group.stream()
    assert stream.endswith("xxxthe end")
    assert len(stream) == len(FINAL) + 1 + 2_500_000 + len("the end")


def _wait_for(path):
    for _ in range(1000):
        if path.exists():
            return
        time.sleep(0.01)
    raise AssertionError(f"{path} did not appear")


def _descendants(process):
    found = subprocess.run(["pgrep", "-P", str(process)], capture_output=True, text=True)
    children = [int(line) for line in found.stdout.split()]
    return [*children, *(inner for child in children for inner in _descendants(child))]


def test_a_spent_budget_ends_the_agent_and_keeps_its_change(group, tmp_path):
    provider = Provider()
    provider.answers({"model": "scripted-1", "usage": {"input_tokens": 400, "output_tokens": 200}})
    group.run_file["agent"]["upstream"] = provider.url
    group.agent(
        """
        echo partial > partial.txt
        while :; do
            python3 - "$AUTOCODER_MODEL_URL" <<'END'
import sys, urllib.request
body = b'{"model": "scripted-1", "tools": [{}]}'
print(urllib.request.urlopen(urllib.request.Request(sys.argv[1] + "/v1/messages", body)).status)
END
        done
        """
    )
    try:
        result = group.run()
    finally:
        provider.close()
    assert (result.outcome, result.reason) == ("budget_spent", "the run's budget of 1,000 tokens is spent")
    assert (result.usage.turns, result.usage.input_tokens, result.usage.output_tokens) == (2, 800, 400)
    assert result.usage.cost_usd == pytest.approx((800 * 1 + 400 * 10) / 1e6)
    assert group.changes(tmp_path / "r.git") == {"partial.txt": "A"}
    assert [headers["x-api-key"] for _, _, headers, _ in provider.requests] == [MODEL_KEY] * 2


def test_a_model_that_refuses_is_the_cause_in_the_providers_words_without_secrets(group):
    provider = Provider()
    refusal = {"type": "authentication_error", "message": f"invalid x-api-key {MODEL_KEY}"}
    provider.answers({"type": "error", "error": refusal}, status=401)
    group.run_file["agent"]["upstream"] = provider.url
    group.agent(
        """
        echo partial > partial.txt
        python3 - "$AUTOCODER_MODEL_URL" <<'END'
import sys, urllib.request
body = b'{"model": "scripted-1", "tools": [{}]}'
urllib.request.urlopen(urllib.request.Request(sys.argv[1] + "/v1/messages", body))
END
        """
    )
    try:
        result = group.run()
    finally:
        provider.close()
    assert (result.outcome, result.cause, result.pack is not None) == ("agent_failed", "key_refused", True)
    told = "The model provider refused the key, or the key may not use this model. The provider said: invalid"
    assert result.reason.startswith(told)
    assert MODEL_KEY not in result.model_dump_json()


def test_a_busy_model_is_waited_for_and_the_agent_is_told_to_finish(group):
    provider = Provider()
    provider.answers({"model": "scripted-1", "usage": {"input_tokens": 1, "output_tokens": 1}})
    provider.fails(529, {"error": {"type": "overloaded_error", "message": f"Overloaded {MODEL_KEY}"}})
    group.run_file["agent"]["upstream"] = provider.url
    group.run_file["budget"]["turns"] = 2
    group.set_constant("gateway.finishing", "SHARE", 0.5)
    group.agent(
        f"""
        echo hello > hello.txt
        for call in 1 2; do
            python3 - "$AUTOCODER_MODEL_URL" <<'END'
import sys, urllib.request
body = b'{{"model": "scripted-1", "tools": [{{}}], "messages": [{{"role": "user", "content": "x"}}]}}'
print(urllib.request.urlopen(urllib.request.Request(sys.argv[1] + "/v1/messages", body)).status)
END
        done
        echo '{FINAL}'
        """
    )
    try:
        result = group.run()
    finally:
        provider.close()
    assert result.outcome == "changed"
    assert result.told_to_finish == "50 % of 2 turns"
    assert b"50 % of 2 turns" in provider.requests[-1][3]
    log = group.log()
    assert "model   The model provider was overloaded or had an error of its own (529); waiting" in log
    assert "model   The model provider answers again." in log
    assert "model   The agent was told to finish, because 50 % of 2 turns are used." in log
    assert MODEL_KEY not in log
