"""The local agent: steps as processes, variables and secrets, logging commands, conditions, artifacts."""

import pytest

PROJECT = "Fabrikam Fiber"
NONE = "steps:\n- checkout: none\n"


@pytest.fixture
def run(new_pipeline):
    """Run a pipeline of these steps (YAML); returns its build's result, its log, and the pipeline and run."""

    def go(steps, before="", body=None, **more):
        pipeline = new_pipeline(f"{before}{NONE}{steps}", **more)
        started = pipeline.start(**(body or {}))
        build = pipeline.ended(started)
        return build["result"], pipeline.log(started), pipeline, started

    return go


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


def test_predefined_variables_are_macros_and_environment(run):
    result, log, pipeline, number = run(
        '- bash: echo "$(Build.BuildId) $BUILD_BUILDID $SYSTEM_TEAMPROJECT '
        '$(Build.SourceBranchName) $(no) $(pwd)"\n'
    )
    assert result == "succeeded"
    assert f"{number} {number} Fabrikam Fiber main" in log
    assert pipeline.get(number)["name"]


def test_the_emulators_own_environment_stays_out(run, monkeypatch):
    monkeypatch.setenv("ANTHROPIC_API_KEY", "own-secret")
    _, log, _, _ = run("- bash: env; ls -a ~\n")
    assert "own-secret" not in log
    assert ".bashrc" not in log


def test_variables_come_from_file_settings_start_and_groups(run, ado):
    ado.create_variable_group(PROJECT, "shared", {"fromGroup": {"value": "three"}})
    text = "variables:\n- group: shared\n- name: fromFile\n  value: one $(fromSettings)\n"
    settings = {"fromSettings": {"value": "two", "allowOverride": True}}
    step = '- bash: echo "$(fromFile), $FROMGROUP, $GIVEN"\n  env:\n    GIVEN: $(fromGroup)\n'
    body = {"variables": {"fromSettings": {"value": "four"}}}
    _, log, _, _ = run(step, text, body, variables=settings)
    assert "one four, three, three" in log


def test_a_variable_that_is_not_settable_is_refused(new_pipeline):
    pipeline = new_pipeline(f"{NONE}", variables={"fixed": {"value": "x"}})
    message = pipeline.refused(variables={"fixed": {"value": "y"}})
    assert message.startswith("You can't set the following variables (fixed).")


def test_secrets_are_masked_everywhere_and_are_no_environment_of_scripts(run, server):
    secret = "s3cret/with spaces"
    settings = {
        "key": {"value": secret, "isSecret": True},
        "late": {"value": "", "isSecret": True, "allowOverride": True},
    }
    steps = (
        '- bash: echo "[$KEY] $(key) s3cret%2Fwith%20spaces $(late)"\n  displayName: Use $(key)\n'
        "- bash: |\n    echo '##vso[task.setvariable variable=new;isSecret=true]made-secret'\n"
        "    echo '##vso[task.setsecret]third-secret'\n    echo third-secret\n"
        "    echo '##vso[task.logissue type=error]it was made-secret'\n"
        "    echo made-secret > $(Agent.TempDirectory)/s.md\n"
        "    echo '##vso[task.uploadsummary]$(Agent.TempDirectory)/s.md'\n- bash: echo $(new)\n"
    )
    body = {"variables": {"late": {"value": "given-secret", "isSecret": True}}}
    result, log, pipeline, number = run(steps, body=body, variables=settings)
    assert result == "succeeded", log
    assert "[] *** *** ***" in log
    everything = log + str(pipeline.build(number)) + str(pipeline.build(number, "/timeline"))
    kept = [path.read_bytes() for path in server.state.rglob("pipelines/**/*") if path.is_file()]
    for hidden in (secret, "made-secret", "third-secret", "given-secret"):
        assert hidden not in everything
        assert not [one for one in kept if hidden.encode() in one]
    assert "made-secret" not in str(pipeline.http.get(f"{pipeline.path}/runs/{number}").json())
    stored = b"".join(path.read_bytes() for path in server.state.rglob("*.sqlite*"))
    assert b"given-secret" not in stored
    assert b"third-secret" not in stored


def test_a_parameter_is_inserted_into_a_script_as_the_service_does(new_pipeline):
    """https://learn.microsoft.com/azure/devops/pipelines/security/inputs warns of it."""
    pipeline = new_pipeline(
        "parameters:\n- name: a\nsteps:\n- checkout: none\n- bash: echo ${{ parameters.a }}\n"
        '- bash: echo "$A"\n  env:\n    A: ${{ parameters.a }}\n'
    )
    _, log = pipeline.result(templateParameters={"a": "one; echo injected"})
    assert "\ninjected\n" in log
    assert "\none; echo injected\n" in log


def test_a_parameter_brings_no_template_expression(new_pipeline):
    pipeline = new_pipeline(
        "parameters:\n- name: a\n- name: b\n  default: two\nsteps:\n- checkout: none\n"
        "- bash: |\n    cat <<'END'\n    ${{ parameters.a }}\n    END\n"
    )
    _, log = pipeline.result(templateParameters={"a": "${{ parameters.b }}"})
    assert "\n${{ parameters.b }}\n" in log


def test_a_huge_parameter_goes_into_a_script_and_fails_as_environment(new_pipeline):
    pipeline = new_pipeline(
        "parameters:\n- name: a\nsteps:\n- checkout: none\n- bash: |\n    cat <<'END' | wc -c\n"
        "    ${{ parameters.a }}\n"
        "    END\n- bash: 'true'\n  env:\n    A: ${{ parameters.a }}\n"
    )
    result, log = pipeline.result(templateParameters={"a": "x" * 1_000_000})
    assert "1000001" in log
    assert result == "failed"
    assert "##[error]The step cannot run: [Errno 7] Argument list too long" in log


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


def test_output_without_line_ends_and_of_any_bytes_is_kept(run):
    odd = "- bash: |\n    printf 'bad \\377\\000 byte\\nno end'\n"
    steps = f"{odd}- bash: head -c 3000000 /dev/zero | tr '\\0' x\n"
    result, log, _, _ = run(steps)
    assert result == "succeeded"
    assert "bad \N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER} byte\nno end" in log
    assert "##[warning]A line of over 1048576 bytes was left out." in log
