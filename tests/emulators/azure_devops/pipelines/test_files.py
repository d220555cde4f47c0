"""The YAML file of a pipeline: parameters, template expressions, and what is refused with its name."""

import httpx
import pytest

from emulators.azure_devops.__main__ import build
from emulators.azure_devops.control.client import AzureDevOps
from tests.emulators.azure_devops.conftest import Running, commit

PARAMETERS = """
parameters:
- name: item
  type: number
- name: flag
  type: boolean
  default: true
- name: agent
  values: [claude, codex]
  default: claude
- name: text
  default: ''
steps:
- checkout: none
- bash: echo "${{ parameters.item }} ${{ parameters['flag'] }} ${{ parameters.agent }}"
"""
BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nsteps: [*b,*b,*b,*b,*b,*b,*b,*b]\n"


@pytest.fixture(scope="module")
def parameters(new_pipeline):
    return new_pipeline(PARAMETERS)


def test_values_and_defaults_take_the_place_of_expressions(parameters):
    result, log = parameters.result(templateParameters={"ITEM": 12, "flag": False, "agent": "codex"})
    assert result == "succeeded", log
    assert "12 False codex" in log
    assert "7 True claude" in parameters.result(templateParameters={"item": "7"})[1]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"item": 1, "other": "x"}, "/ci.yml: Unexpected parameter 'other'"),
        ({}, "/ci.yml: A value for the 'item' parameter must be provided."),
        ({"item": ""}, "/ci.yml: A value for the 'item' parameter must be provided."),
        ({"item": "12; rm"}, "/ci.yml: The 'item' parameter is not a valid Number."),
        ({"item": True}, "/ci.yml: The 'item' parameter is not a valid Number."),
        ({"item": 1, "flag": "yes"}, "/ci.yml: The 'flag' parameter is not a valid Boolean."),
        ({"item": 1, "text": ["a"]}, "/ci.yml: The 'text' parameter is not a valid String."),
        ({"item": 1, "agent": "other"}, "is not in the list of allowed values."),
    ],
)
def test_values_that_do_not_fit_the_declaration_are_refused(parameters, given, message):
    assert message in parameters.refused(templateParameters=given)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("stepz:\n- script: x\n", "/ci.yml (Line: 1, Col: 1): Unexpected value 'stepz'"),
        ("a: b: c\n", "/ci.yml: (Line: 1, Col: 5) mapping values are not allowed here"),
        ("steps:\n- script: one\n  displayname: a\n  displayName: b\n", "(Line: 4, Col: 3): 'displayName'"),
        ("steps: []\n---\nsteps: []\n", "/ci.yml:"),
        ("- script: x\n", "Expected a mapping"),
        ("steps: x\n", "(Line: 1, Col: 8): Expected a sequence"),
        ("steps:\n- shell: x\n", "(Line: 2, Col: 3): Unexpected value 'shell'"),
        ("steps:\n- script: ${{ parameters.no }}\n", "(Line: 2, Col: 11): Key not found 'no'"),
        ("steps:\n- script: x\n  name: a b\n", "The step name a b is not valid."),
        ("variables:\n  a: &shared b\nsteps: []\n", "Anchors are not currently supported. Remove the anchor"),
        (BOMB, "Anchors are not currently supported."),
        (b"steps: \xff\xfe\n", "/ci.yml:"),
        (None, "File /ci.yml not found in repository"),
        ("steps:\n- task: Autocoder@1\n  name: go\n  inputs:\n    autocoderConnection: none\n",
         "Step go input autocoderConnection references service connection none which could not be found."),
        ("variables:\n- group: nowhere\nsteps: []\n", "Variable group was not found or is not authorized"),
    ],
)  # fmt: skip
def test_what_the_service_refuses_is_refused_with_its_message(new_pipeline, text, message):
    pipeline = new_pipeline(text)
    answer = pipeline.post()
    assert (answer.status_code, answer.json()["typeKey"]) == (400, "PipelineValidationException"), answer.text
    assert message in answer.json()["message"]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("trigger: [main]\nsteps: []\n", "'trigger' with another value than none"),
        ("stages: []\n", "'stages' in a pipeline"),
        ("resources: {}\nsteps: []\n", "'resources' in a pipeline"),
        ("steps:\n- pwsh: x\n", "the step 'pwsh'"),
        ("steps:\n- template: x.yml\n", "the step 'template'"),
        ("steps:\n- task: Npm@1\n", "the task 'Npm@1'"),
        ("steps:\n- checkout: other\n", "'checkout: other'"),
        ("steps:\n- checkout: self\n  persistCredentials: true\n", "'persistCredentials' in a pipeline"),
        ("steps:\n- script: x\n  condition: eq(1, 1)\n", "the condition 'eq(1, 1)'"),
        ("steps:\n- script: x\n  timeoutInMinutes: 1\n", "'timeoutInMinutes' in a pipeline"),
        ("steps:\n- ${{ if eq(1, 1) }}:\n  - script: x\n", "'${{ if eq(1, 1) }}' in place of a step"),
        ("steps:\n- script: ${{ variables.a }}\n", "the template expression 'variables.a'"),
        ("parameters:\n- name: a\n  type: object\n  default: x\nsteps: []\n", "a parameter of type 'object'"),
        ("parameters:\n  a: b\nsteps: []\n", "parameters as a mapping"),
        ("variables:\n  a: $[ counter() ]\nsteps: []\n", "a runtime expression $[ ]"),
        (f"steps: {'[' * 60}{']' * 60}\n", "nested over 50 levels"),
        (f"steps: []\n# {'x' * 300_000}\n", "a YAML file of over 262144 bytes"),
    ],
)
def test_what_is_not_covered_is_refused_with_its_name(new_pipeline, text, named):
    assert named in new_pipeline(text).refused(501)


def test_a_large_value_in_many_places_is_refused(new_pipeline):
    steps = "".join("- bash: ${{ parameters.a }}${{ parameters.a }}\n" for _ in range(1_000))
    pipeline = new_pipeline(f"parameters:\n- name: a\nsteps:\n{steps}")
    assert "Maximum object size exceeded" in pipeline.refused(templateParameters={"a": "x" * 1_000_000})


def test_markers_without_an_end_take_no_time(new_pipeline):
    pipeline = new_pipeline(f"steps:\n- checkout: none\n- bash: |\n    # {'${{ ' * 50_000}\n    true\n")
    assert pipeline.result()[0] == "succeeded"


def answer_of(tmp_path, work_tree, text, task):
    """The answer to a run at a server of its own, which has this folder of the task."""
    commit(work_tree, "ci.yml", text)
    running = Running(tmp_path / "state", lambda options: build(options, task=task))
    try:
        with AzureDevOps(running.url) as ado:
            ado.create_project("P")
            ado.import_repository("P", "r", work_tree)
            pipeline = ado.create_pipeline("P", "p", "r", "ci.yml")
            url = ado.api("P", f"pipelines/{pipeline['id']}/runs")
            return httpx.post(url, json={}, params={"api-version": "7.1"}, auth=("", ado.pat))
    finally:
        running.stop()


def test_a_task_that_is_not_built_is_missing_as_one_that_is_not_installed(tmp_path, work_tree):
    answer = answer_of(tmp_path, work_tree, "steps:\n- task: Autocoder@1\n", tmp_path / "nothing")
    assert answer.status_code == 400
    assert "A task is missing. The pipeline references a task called 'Autocoder'." in answer.json()["message"]


def test_runs_are_refused_unless_pipelines_are_turned_on(tmp_path, work_tree):
    answer = answer_of(tmp_path, work_tree, f"steps:\n- script: touch {tmp_path}/ran\n", None)
    assert answer.status_code == 501
    assert "--pipelines (make run PIPELINES=1)" in answer.json()["message"]
    assert not (tmp_path / "ran").exists()
