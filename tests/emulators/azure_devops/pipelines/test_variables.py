"""Variables, parameters and secrets: where they come from, and where they must not go."""

from tests.emulators.azure_devops.pipelines.conftest import NONE, PROJECT


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


def test_the_variable_that_is_defined_closest_counts(run, ado):
    """https://learn.microsoft.com/azure/devops/pipelines/process/variables#expansion-of-variables"""
    names = ("inFile", "inStart", "inSettings", "inLastGroup")
    for group, count in (("first group", 5), ("last group", 4)):
        ado.create_variable_group(
            PROJECT, group, {name: {"value": group} for name in (*names, "inFirstGroup")[:count]}
        )
    settings = {name: {"value": "settings", "allowOverride": True} for name in names[:3]}
    text = "variables:\n- name: inFile\n  value: file\n- group: first group\n- group: last group\n"
    body = {"variables": {name: {"value": "start"} for name in names[:2]}}
    step = "".join(f"- bash: echo {name} $({name})\n" for name in (*names, "inFirstGroup"))
    _, log, _, _ = run(step, text, body, variables=settings)
    found = [line.partition(" ")[2] for line in log.splitlines() if line.startswith("in")]
    assert found == ["file", "start", "settings", "last group", "first group"]


def test_a_parameter_counts_before_every_variable_because_it_is_in_the_text(new_pipeline):
    pipeline = new_pipeline(
        "parameters:\n- name: word\nvariables:\n  word: variable\n  copied: ${{ parameters.word }}\n"
        f"{NONE}- bash: echo ${{{{ parameters.word }}}} $(copied) $(word)\n"
    )
    assert "\ngiven given variable\n" in pipeline.result(templateParameters={"word": "given"})[1]


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
        "- bash: |\n    echo '##vso[task.setvariable variable=new;isSecret=true]new-secret'\n"
        "    echo '##vso[task.setsecret]third-secret'\n    echo third-secret\n"
        "    echo '##vso[task.logissue type=error]it was new-secret'\n"
        "    echo new-secret > $(Agent.TempDirectory)/s.md\n"
        "    echo '##vso[task.uploadsummary]$(Agent.TempDirectory)/s.md'\n- bash: echo $(new)\n"
    )
    body = {"variables": {"late": {"value": "given-secret", "isSecret": True}}}
    result, log, pipeline, number = run(steps, body=body, variables=settings)
    assert result == "succeeded", log
    assert "[] *** *** ***" in log
    everything = log + str(pipeline.build(number)) + str(pipeline.build(number, "/timeline"))
    kept = [path.read_bytes() for path in server.state.rglob("pipelines/**/*") if path.is_file()]
    for hidden in (secret, "new-secret", "third-secret", "given-secret"):
        assert hidden not in everything
        assert not [one for one in kept if hidden.encode() in one]
    assert "new-secret" not in str(pipeline.http.get(f"{pipeline.path}/runs/{number}").json())
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
