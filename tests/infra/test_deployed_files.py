"""`.funcignore` leaves exactly the app: every file that it reads when it runs, and nothing else."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.infra.bicep import ROOT

ROOMS = ("triggers", "orchestrators", "activities", "autocoder")
NOT_DEPLOYED = (
    ".azure",
    ".ci",
    ".git",
    ".github",
    ".local",
    ".mypy_cache",
    ".pytest_cache",
    ".ruff_cache",
    ".import_linter_cache",
    ".venv",
    ".vscode",
    "__pycache__",
    "autocoder/__pycache__",
    "containers/base",
    "containers/claude/node_modules",
    "containers/runner",
    "docs",
    "emulators",
    "extension",
    "infra",
    "pipelines",
    "tests",
)
# The files that the app reads on demand: agents and prompt templates.
READS = """
import function_app
from autocoder.agents import agents
from autocoder.models import RepositoryTexts, RunRequest
from autocoder.prompts.prompt import guidance, system_prompt, task_prompt, template_names
texts = RepositoryTexts()
request = RunRequest(organization="o", project="p", repository="r", user_prompt="Do it.")
print(sorted(agents()), [agent.cli.version for agent in agents().values()])
for name in template_names(texts):
    named = request.model_copy(update={"template": name})
    print(system_prompt(named), task_prompt(named, None, texts, guide=guidance(named, None, texts)))
"""


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    """An empty Git repository, so that no other ignore rules apply."""
    folder = tmp_path_factory.mktemp("empty")
    subprocess.run(["git", "init", "-q", folder], check=True)
    return folder


def left(empty, paths):
    """Return the deployed ones of *paths*; `.funcignore` follows the rules of `.gitignore`."""
    words = ["-c", f"core.excludesFile={ROOT / '.funcignore'}", "check-ignore", "--no-index", "--stdin", "-z"]
    names = "\0".join(paths)
    found = subprocess.run(["git", *words], cwd=empty, input=names, capture_output=True, text=True)
    assert found.returncode in (0, 1), found.stderr
    ignored = set(found.stdout.split("\0"))
    return [path for path in paths if path not in ignored]


@pytest.fixture(scope="module")
def deployed(empty):
    """Return the deployed files of the repository."""
    words = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    names = dict.fromkeys(name for name in listed.split("\0") if name and (ROOT / name).is_file())
    return left(empty, list(names))


def running(folder: Path) -> str:
    """Return the agents and prompts that the app in *folder* reads."""
    words = [sys.executable, "-B", "-c", READS]
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_app_reads_the_same_where_it_is_deployed(deployed, tmp_path):
    for name in deployed:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    assert running(tmp_path) == running(ROOT)


def test_every_file_of_the_app_is_deployed(deployed):
    files = [path for room in ROOMS for path in (ROOT / room).rglob("*") if path.is_file()]
    files += (ROOT / "containers").glob("*/agent.toml")
    names = {path.relative_to(ROOT).as_posix() for path in files if "__pycache__" not in path.parts}
    names |= {"function_app.py", "host.json", "requirements.txt"}
    assert sorted(names - set(deployed)) == []


@pytest.mark.parametrize("folder", NOT_DEPLOYED)
def test_folders_that_are_not_the_app_are_not_deployed(empty, folder):
    assert left(empty, [f"{folder}/anything.py", f"{folder}/deeper/anything.md"]) == []


def test_local_secrets_are_not_deployed(empty):
    assert left(empty, ["local.settings.json", ".env"]) == []


def test_no_file_type_is_ignored_in_every_folder(empty):
    kinds = ["md", "html", "toml", "json", "txt", "yml", "sh"]
    names = [
        f"autocoder/{folder}new.{kind}" for folder in ("", "prompts/", "prompts/templates/") for kind in kinds
    ]
    assert left(empty, names) == names
