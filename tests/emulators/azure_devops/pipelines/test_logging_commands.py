"""What a step prints: logging commands, and text of any form."""

import asyncio
import os

import pytest

from emulators.azure_devops.pipelines.agent import logs
from emulators.azure_devops.pipelines.agent.left_processes import LeftProcesses
from emulators.azure_devops.pipelines.agent.process import Start
from emulators.azure_devops.pipelines.agent.process import run as run_process


def test_outputs_are_variables_of_the_named_step(run):
    steps = (
        "- bash: |\n    echo '##vso[task.setvariable variable=url;isOutput=true]http://x/%3B1%AZP25'\n"
        "    echo 'before ##vso[task.setvariable variable=plain]2'\n  name: first\n"
        '- bash: echo "$(first.url) $(plain) $FIRST_URL"\n'
    )
    _, log, _, _ = run(steps)
    assert "http://x/;1% 2 http://x/;1%" in log
    assert "##vso[" not in log


def test_issues_and_results_are_counted(run):
    steps = (
        "- bash: |\n    echo '##vso[task.logissue type=warning]careful'\n"
        "    echo '##vso[task.complete result=SucceededWithIssues;]partly'\n"
        "    echo '##vso[task.complete result=Succeeded;]late'\n"
    )
    result, log, pipeline, number = run(steps)
    record = pipeline.tasks(number)[-1]
    assert result == "partiallySucceeded"
    assert (record["result"], record["warningCount"]) == ("succeededWithIssues", 1)
    assert record["issues"][0] == {"type": "warning", "category": "General", "message": "careful"}
    assert "##[warning]careful" in log
    assert pipeline.get(number)["result"] == "succeeded"


def test_broken_and_uncovered_commands_are_reported(run):
    steps = (
        "- bash: |\n    echo '##vso[task.complete result=Cancelled;]'\n    echo '##vso[build.addbuildtag]x'\n"
        "    echo '##vso[task.uploadsummary]/nowhere'\n    echo '##vso[unfinished'\n"
        "    echo '##VSO[task.setsecret]x'\n"
    )
    result, log, _, _ = run(steps)
    assert result == "succeeded"
    assert log.count("##[error]Unable to process command") == 2
    assert "does not cover the logging command build.addbuildtag" in log
    assert "##vso[unfinished\n" in log
    assert "##VSO[task.setsecret]x\n" in log


def test_many_markers_in_one_line_take_no_time(run):
    result, log, _, _ = run("- bash: for i in $(seq 60000); do printf '##vso[a.b x '; done\n")
    assert result == "succeeded"
    assert "##vso[a.b x ##vso[a.b x" in log


def test_output_without_line_ends_and_of_any_bytes_is_kept(run):
    odd = "- bash: |\n    printf 'bad \\377\\000 byte\\nno end'\n"
    steps = f"{odd}- bash: head -c 3000000 /dev/zero | tr '\\0' x\n"
    result, log, _, _ = run(steps)
    assert result == "succeeded"
    assert "bad \N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER} byte\nno end" in log
    assert "##[warning]A line of over 1048576 bytes was left out." in log


def test_a_log_is_limited_in_bytes(run, monkeypatch, server):
    monkeypatch.setattr(logs, "MAX_LOG_BYTES", 3_000)
    _, log, _, number = run(
        "- bash: for i in $(seq 100); do echo '\u20ac\u20ac\u20ac\u20ac\u20ac\u20ac\u20ac\u20ac'; done\n"
    )
    assert "##[warning]The rest of this log was left out" in log
    (path,) = server.state.glob(f"azure_devops/pipelines/runs/{number}/logs/2.log")
    assert path.stat().st_size < 3_000 + len(logs.CUT) + 40


@pytest.mark.parametrize(
    "command",
    [
        f"task.uploadsummary]/{'x' * 5000}",
        f"task.setprogress value={'0' * 5000}101;]",
        "task.setprogress value=101;]",
        "task.setprogress value=\N{SUPERSCRIPT TWO};]",
        "task.logissue type=fatal;]x",
        "task.setvariable]x",
    ],
)
def test_a_command_with_wrong_values_is_reported_and_what_follows_counts(run, command):
    after = "    echo after\n    echo '##vso[task.complete result=Failed;]'\n"
    result, log, _, _ = run(f"- bash: |\n    echo '##vso[{command}'\n{after}")
    assert result == "failed"
    assert log.count("##[error]Unable to process command") == 1
    assert "\nafter\n" in log


def test_an_error_in_receiving_output_ends_the_command_and_is_raised(tmp_path):
    def receive(line):
        raise RuntimeError(f"no room for {line}")

    start = Start(["sh", "-c", "echo one; exec sleep 300"], tmp_path, os.environ)
    with pytest.raises(RuntimeError, match="no room for one"):
        asyncio.run(run_process(start, receive, asyncio.Event(), LeftProcesses("none")))


def test_a_run_whose_output_cannot_be_kept_has_failed_with_the_reason(run, monkeypatch):
    def write(self, text):
        if "full" in text:
            raise ValueError("the disk is full")

    monkeypatch.setattr("emulators.azure_devops.pipelines.agent.logs.Log.write", write)
    result, _, pipeline, number = run("- bash: echo full\n- bash: sleep 300\n  condition: always()\n")
    assert result == "failed"
    (job,) = [one for one in pipeline.build(number, "/timeline")["records"] if one["type"] == "Job"]
    assert [one["message"] for one in job["issues"]] == ["the disk is full"]


def test_a_summary_is_read_at_the_end_of_the_job_when_its_file_must_still_be_there(run):
    file = "$(Agent.TempDirectory)/"
    steps = (
        f"- bash: |\n    for name in kept gone; do echo first > {file}$name.md\n"
        f'    echo "##vso[task.uploadsummary]{file}$name.md"; done\n'
        f"- bash: echo second > {file}kept.md; rm {file}gone.md\n"
    )
    result, log, pipeline, number = run(steps)
    assert result == "succeeded", log
    (summary,) = pipeline.build(number, "/attachments/Distributedtask.Core.Summary")["value"]
    assert pipeline.http.get(summary["_links"]["self"]["href"]).text == "second\n"
