import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from autocoder.models import Budget, Requester, RunRequest
from autocoder.requests.body import RunBody
from autocoder.requests.run_request import read_request
from autocoder.settings import Settings, read_settings
from tests.autocoder.requests.test_run_request import SETTINGS

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md")]
PAGES += sorted((ROOT / "docs").rglob("*.md"))


def test_the_generated_tables_are_current():
    command = [sys.executable, str(ROOT / "docs" / "generate.py"), "--check"]
    assert subprocess.run(command, cwd=ROOT).returncode == 0, "run `make docs`"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_between_the_pages_leads_somewhere(page):
    links = re.findall(r"\]\((?!https?://|#)([^)#\s]+)", page.read_text())
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_every_make_target_in_the_readme_exists():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"`?make ([a-z]+)", (ROOT / "README.md").read_text()))
    assert named <= targets | {"Node"}


def test_the_request_of_the_readme_is_one_where_a_single_repository_is_mapped():
    body = re.search(r"-d '(\{.*\})'", (ROOT / "README.md").read_text())[1]
    assert isinstance(read_request(json.loads(body), SETTINGS, {"claude"}, Requester()), RunRequest)


def test_the_table_of_request_fields_names_each_of_them_once():
    readme = (ROOT / "README.md").read_text()
    (table,) = re.findall(r"\| Field \| Default \| Meaning \|\n(.*?)\n\n", readme, re.DOTALL)
    named = [name for row in table.splitlines()[1:] for name in re.findall(r"`(\w+)`", row.split("|")[1])]
    assert sorted(named) == sorted(field.alias for field in RunBody.model_fields.values())
    (budget,) = [row for row in table.splitlines() if row.startswith("| `budget`")]
    assert set(re.findall(r'"(\w+)"', budget)) == set(Budget.model_fields)


def test_the_sample_of_local_settings_is_complete_and_right():
    values = json.loads((ROOT / "local.settings.sample.json").read_text())["Values"]
    read_settings(values)
    theirs = {"FUNCTIONS_WORKER_RUNTIME", "AzureWebJobsStorage"}  # settings of the Functions host
    assert values.keys() - theirs <= {name.upper() for name in Settings.model_fields}
