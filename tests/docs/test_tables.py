import json
import re
import subprocess
import sys

from autocoder.models import Budget, Requester, RunRequest
from autocoder.requests.body import RunBody
from autocoder.requests.run_request import read_request
from autocoder.settings import Settings, read_settings
from tests.autocoder.requests.test_run_request import SETTINGS
from tests.docs.checkout import ROOT

MAX_README_LINES = 150


def test_the_generated_tables_are_current():
    command = [sys.executable, str(ROOT / "docs" / "generate.py"), "--check"]
    assert subprocess.run(command, cwd=ROOT).returncode == 0, "run `make docs`"


def test_the_readme_is_short():
    assert len((ROOT / "README.md").read_text().splitlines()) <= MAX_README_LINES


def test_the_request_in_routes_md_is_valid_if_one_repository_is_mapped():
    body = re.search(r"-d '(\{.*\})'", (ROOT / "docs" / "routes.md").read_text())[1]
    assert isinstance(read_request(json.loads(body), SETTINGS, {"claude"}, Requester()), RunRequest)


def test_the_table_of_request_fields_names_each_of_them_once():
    page = (ROOT / "docs" / "routes.md").read_text()
    (table,) = re.findall(r"\| Field \| Default \| Meaning \|\n(.*?)\n(?:\n|$)", page, re.DOTALL)
    named = [name for row in table.splitlines()[1:] for name in re.findall(r"`(\w+)`", row.split("|")[1])]
    assert sorted(named) == sorted(field.alias for field in RunBody.model_fields.values())
    (budget,) = [row for row in table.splitlines() if row.startswith("| `budget`")]
    assert set(re.findall(r'"(\w+)"', budget)) == set(Budget.model_fields)


def test_the_sample_of_local_settings_is_complete_and_right():
    values = json.loads((ROOT / "local.settings.sample.json").read_text())["Values"]
    read_settings(values)
    theirs = {"FUNCTIONS_WORKER_RUNTIME", "AzureWebJobsStorage"}  # settings of the Functions host
    assert values.keys() - theirs <= {name.upper() for name in Settings.model_fields}
