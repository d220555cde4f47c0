"""The local agent: sources, tasks and artifacts."""

from tests.emulators.azure_devops.pipelines.conftest import PROJECT


def test_the_sources_are_checked_out_unless_a_step_says_none(new_pipeline):
    pipeline = new_pipeline(
        "steps:\n- checkout: self\n- script: cat README.md && git rev-parse HEAD && pwd\n"
    )
    result, log = pipeline.result()
    assert result == "succeeded", log
    assert "# Sample" in log
    assert pipeline.repository["head"] in log


def test_without_a_checkout_step_the_sources_are_checked_out_first(new_pipeline):
    pipeline = new_pipeline("steps:\n- script: cat README.md\n")
    run = pipeline.start()
    pipeline.ended(run)
    assert [one["task"]["name"] for one in pipeline.tasks(run)] == ["Checkout", "CmdLine"]
    assert "# Sample" in pipeline.log(run)


def test_publish_keeps_a_file_or_folder(run, server):
    steps = (
        "- bash: cd $(Build.ArtifactStagingDirectory) && mkdir sub && echo kept > sub/a.txt\n"
        "- publish: $(Build.ArtifactStagingDirectory)\n  artifact: all-$(System.JobAttempt)\n"
        "- publish: $(Build.ArtifactStagingDirectory)/nothing\n  artifact: none\n  condition: always()\n"
        "- publish: $(Build.ArtifactStagingDirectory)\n  artifact: ../outside\n  condition: always()\n"
        "- publish: $(Build.ArtifactStagingDirectory)\n  artifact: all-1\n  condition: always()\n"
    )
    _, log, pipeline, number = run(steps)
    assert [one["result"] for one in pipeline.tasks(number)][2:] == [
        "succeeded",
        "failed",
        "failed",
        "failed",
    ]
    (kept,) = server.state.rglob(f"runs/{number}/artifacts/all-1/sub/a.txt")
    assert kept.read_text() == "kept\n"
    assert "Path does not exist" in log
    assert "Artifact name is not valid: ../outside" in log


def test_the_task_gets_inputs_connection_and_secrets_and_may_set_only_its_outputs(run, ado):
    made = ado.create_service_connection(
        PROJECT, "app", "autocoder", "https://app.example.com", apitoken="tok-1"
    )
    steps = (
        "- task: autocoder@1\n  name: go\n  inputs:\n"
        "    WORKITEMID: $(Build.BuildId)\n    autocoderConnection: APP\n"
        "- bash: echo got $(go.runId)\n"
    )
    result, log, pipeline, number = run(
        steps, variables={"AUTOCODER_KEY": {"value": "key-1", "isSecret": True}}
    )
    assert result == "succeeded", log
    assert f"INPUT_WORKITEMID={number}" in log
    assert "INPUT_CREATEPULLREQUEST=true" in log
    assert f"ENDPOINT_URL_{made['id']}=https://app.example.com" in log
    assert "key ***\nsecret ***" in log
    assert "tok-1" not in log
    assert "got run-1" in log
    assert "The task may not set the variable PATH" in log
    (summary,) = pipeline.build(number, "/attachments/Distributedtask.Core.Summary")["value"]
    text = pipeline.http.get(summary["_links"]["self"]["href"]).text
    assert text == "Pull request: [!1](http://example.com/1)"
