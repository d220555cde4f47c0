"""Which steps of a job follow a failure, a cancel, or the end of the job's time."""

from emulators.azure_devops.pipelines.agent import job
from tests.emulators.azure_devops.pipelines.conftest import NONE


def test_conditions_decide_which_steps_follow_a_failure(run):
    steps = (
        "- bash: exit 3\n  displayName: fails\n- bash: echo no\n"
        "- bash: echo yes-always\n  condition: always()\n"
        "- bash: echo yes-failed $(Agent.JobStatus)\n  condition: failed()\n- bash: echo no\n"
        "  condition: canceled()\n"
        "- bash: echo yes-either\n  condition: succeededOrFailed()\n- bash: echo no\n  enabled: false\n"
    )
    result, log, pipeline, number = run(steps)
    assert result == "failed"
    assert [one["result"] for one in pipeline.tasks(number)] == [
        "succeeded", "failed", "skipped", "succeeded", "succeeded", "skipped", "succeeded", "skipped",
    ]  # fmt: skip
    assert "##[error]Bash exited with code '3'." in log
    assert "yes-failed Failed" in log
    assert "\nno\n" not in log


def test_a_step_that_may_fail_leaves_an_issue(run):
    result, _, pipeline, number = run("- bash: exit 1\n  continueOnError: true\n- bash: echo on\n")
    assert result == "partiallySucceeded"
    assert [one["result"] for one in pipeline.tasks(number)][1:] == ["succeededWithIssues", "succeeded"]


def test_steps_after_a_cancel_have_their_own_result_and_another_cancel_does_not_stop_them(new_pipeline):
    pipeline = new_pipeline(
        f"{NONE}- bash: echo ready; exec sleep 300\n"
        "- bash: until [ -e $(Agent.TempDirectory)/go ]; do sleep 0.1; done\n"
        "  displayName: waits\n  condition: always()\n"
        "- bash: exit 3\n  condition: always()\n"
        "- bash: echo never\n  condition: succeeded()\n"
        "- bash: echo never\n  condition: succeededOrFailed()\n"
    )
    run = pipeline.start()
    pipeline.wait(run, lambda it: "ready" in pipeline.log(it), "the first step")
    pipeline.cancel(run)
    pipeline.wait(run, lambda it: pipeline.tasks(it)[2]["state"] == "inProgress", "the second step")
    assert pipeline.cancel(run).status_code == 200
    pipeline.release(run)
    assert pipeline.ended(run)["result"] == "canceled"
    results = ["succeeded", "canceled", "succeeded", "failed", "skipped", "skipped"]
    assert [one["result"] for one in pipeline.tasks(run)] == results
    assert "never" not in pipeline.log(run)


def test_a_job_over_its_time_is_cancelled_and_leaves_time_for_steps_that_always_run(run, monkeypatch):
    monkeypatch.setattr(job, "MAX_JOB_SECONDS", 0.5)
    always = "- bash: echo yes $(Agent.JobStatus)\n  condition: always()\n"
    result, log, pipeline, number = run(f"- bash: exec sleep 300\n{always}- bash: echo no\n")
    assert result == "canceled"
    assert [one["result"] for one in pipeline.tasks(number)][1:] == ["canceled", "succeeded", "skipped"]
    assert "##[error]The job running on agent Emulated agent ran longer than the maximum time." in log
    assert "yes Canceled" in log


def test_steps_that_would_start_after_the_time_of_a_cancel_are_skipped(run, monkeypatch):
    monkeypatch.setattr(job, "MAX_JOB_SECONDS", 0.2)
    monkeypatch.setattr(job, "MAX_CANCEL_SECONDS", 0.2)
    always = "  condition: always()\n"
    steps = f"- bash: exec sleep 300\n- bash: exec sleep 300\n{always}- bash: echo no\n{always}"
    _, _, pipeline, number = run(steps)
    assert [one["result"] for one in pipeline.tasks(number)][1:] == ["canceled", "canceled", "skipped"]
