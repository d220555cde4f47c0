"""The extension's own tests and checks, and what its description repeats of the app."""

import json
import re
import subprocess
import sys

import pytest
import yaml

from autocoder.requests.body import RunBody
from autocoder.runs.rows import CANCELLABLE, PHASES
from autocoder.shared.outcomes import BY_NAME
from tests.docs.checkout import ROOT
from tests.docs.pages import blocks
from tests.extension.conftest import EXTENSION

SOURCES = EXTENSION / "task" / "src"
LATER = {"pullRequestId"}  # the task sends it, and an app that does not know it refuses it


@pytest.mark.timeout(900)  # hundreds of tests with real processes and pages, on a machine that may be busy
@pytest.mark.usefixtures("built")
def test_the_units_of_the_task_and_the_pages_work():
    command = ["node", "node_modules/vitest/vitest.mjs", "run"]
    done = subprocess.run(command, cwd=EXTENSION, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.usefixtures("built")
def test_types_and_limits_are_those_of_the_apps_openapi_document(tmp_path):
    document = subprocess.run([sys.executable, "docs/openapi.py"], cwd=ROOT, capture_output=True, check=True)
    command = ["node", "openapi.mjs", str(tmp_path)]
    subprocess.run(command, cwd=EXTENSION, input=document.stdout, check=True)
    for name in ("openapi.ts", "limits.ts"):
        written = (EXTENSION / "shared" / name).read_text()
        assert written == (tmp_path / name).read_text(), "run make docs"


def test_task_and_pages_know_every_outcome_in_the_words_of_the_app():
    text = (EXTENSION / "shared" / "outcomes.ts").read_text()
    rows = re.findall(
        r'^  (\w+): {\n    text: "(.*)",\n    next: "(.*)",\n    mayRetry: (\w+),$', text, re.MULTILINE
    )
    assert [(name, words, again == "true") for name, words, _, again in rows] == [
        (row.outcome, row.text, row.may_retry) for row in BY_NAME.values()
    ]
    assert [name for name, _, advice, _ in rows if not advice] == ["completed"]


def test_the_pages_know_every_phase_and_when_a_run_can_be_cancelled():
    text = (EXTENSION / "pages" / "parts" / "phases.ts").read_text()
    rows = re.findall(r"^  (\w+): { name: .*, canCancel: (\w+) },$", text, re.MULTILINE)
    assert [name for name, _ in rows] == list(PHASES)
    assert tuple(name for name, can_cancel in rows if can_cancel == "true") == CANCELLABLE


def test_the_task_sends_fields_that_the_app_knows():
    fields = re.findall(r'^  \["\w+", "([\w.]+)", \w+\],$', (SOURCES / "inputs.ts").read_text(), re.MULTILINE)
    known = {str(field.alias) for field in RunBody.model_fields.values()} | LATER
    assert {field.split(".")[0] for field in fields} <= known
    assert len(fields) > 15


def test_the_lock_file_names_no_registry_and_every_version_is_pinned():
    package = json.loads((EXTENSION / "package.json").read_text())
    versions = {**package["dependencies"], **package["devDependencies"]}.values()
    assert [version for version in versions if not re.fullmatch(r"\d+\.\d+\.\d+", version)] == []
    assert "resolved" not in (EXTENSION / "package-lock.json").read_text()


def test_the_built_task_runs_on_node_20_and_24_and_may_set_its_outputs_alone(built):
    task = json.loads((built / "task.json").read_text())
    assert set(task["execution"]) == {"Node20_1", "Node24"}
    described = [one["name"] for one in task["outputVariables"]]
    # No restriction of commands: `restricted` would forbid the summary.
    assert task["restrictions"] == {"settableVariables": {"allowed": described}}


def task_inputs():
    """The names of the task's inputs."""
    return {one["name"] for one in json.loads((EXTENSION / "task" / "task.json").read_text())["inputs"]}


def test_the_template_and_the_page_give_inputs_that_exist():
    page = blocks((ROOT / "docs" / "pipelines-task.md").read_text())
    examples = [block.text for block in page if block.language == "yaml"]
    examples.append((ROOT / "pipelines" / "templates" / "autocoder.yml").read_text())
    steps = [step for text in examples for step in yaml.safe_load(text)["steps"]]
    given = [step["inputs"] for step in steps if step.get("task") == "Autocoder@1"]
    assert len(given) == 2
    assert set().union(*given) <= task_inputs()


def test_the_template_hands_each_parameter_on():
    template = yaml.safe_load((ROOT / "pipelines" / "templates" / "autocoder.yml").read_text())
    text = json.dumps(template["steps"])
    assert [one["name"] for one in template["parameters"] if f"parameters.{one['name']} " not in text] == []


def test_the_inputs_of_older_pipelines_are_accepted():
    older = {"workItemId", "userPrompt", "agentType", "apiKey", "model", "containerImage", "systemPrompt"}
    assert older | {"createPullRequest", "targetBranch"} <= task_inputs()
