"""The app with the oldest azure-functions that a supported worker may include.

On Flex Consumption the worker may load its own copy instead of the one that the app pins.
https://learn.microsoft.com/azure/azure-functions/functions-reference-python
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.end_to_end.test_two_hosts import Twin

REQUIREMENTS = Path(__file__).with_name("oldest_azure_functions.txt")
UNREACHABLE = "connection broken by"  # what pip says of each attempt to reach an index that is away
TIMEOUT_SECONDS = 120

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def packages(tmp_path_factory):
    """A folder with the old azure-functions; on PYTHONPATH it comes before the installed one."""
    folder = tmp_path_factory.mktemp("packages")
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
    install += ["--require-hashes", "--only-binary=:all:", "--target", str(folder), "-r", str(REQUIREMENTS)]
    done = subprocess.run(install, capture_output=True, text=True, timeout=TIMEOUT_SECONDS)
    if UNREACHABLE in done.stderr:
        pytest.skip("the package index cannot be reached")
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def old_host(quick, packages, tmp_path_factory):
    """A functions host beside that of the shared platform, with the old package."""
    twin = Twin(quick, tmp_path_factory.mktemp("old"), PYTHONPATH=str(packages))
    yield twin
    twin.process.kill()


def test_the_folder_holds_the_pinned_version(packages):
    pinned = re.search(r"^azure-functions==(\S+)", REQUIREMENTS.read_text(), re.MULTILINE)[1]
    show = "import azure.functions as f; print(f.__version__, f.__file__)"
    environment = {**os.environ, "PYTHONPATH": str(packages)}
    done = subprocess.run([sys.executable, "-c", show], env=environment, capture_output=True, text=True)
    version, file = done.stdout.split(maxsplit=1)
    assert version == pinned
    assert Path(file.strip()).is_relative_to(packages)


def test_the_app_starts_and_a_trigger_answers(old_host):
    answer = old_host.app.http.get("/api/health")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_a_run_ends_with_its_pull_request(old_host, quick):
    item = quick.work_item("Be quick", "<div>QUICK write old.txt Old</div>")
    body = {"workItemId": item["id"], "project": quick.sample.project}
    answer = old_host.app.http.post("/api/runs", json=body)
    assert answer.status_code == 202, answer.text
    run = quick.finished(answer.json()["id"])
    assert run["status"] == "completed", run
    assert run["pullRequestId"] is not None
