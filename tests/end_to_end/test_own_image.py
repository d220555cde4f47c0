"""A team's own image, with a shell, glibc and the team's tools, but none of our programs."""

import shutil
import subprocess

import pytest

from emulators.platform.app_settings import ORGANIZATION, PROJECT
from emulators.ports import AZURE_DEVOPS, MODEL_PROVIDER
from tests.bare_root import make_bare_root
from tests.containers.agents.at_work import each_agent, needs_installation
from tests.end_to_end.conftest import case_on
from tests.platform import running_platform
from tests.quick_agent import quick_options

pytestmark = pytest.mark.skipif(
    shutil.which("bwrap") is None, reason="an image with its own root needs bubblewrap"
)

REGISTRY = "team.azurecr.io"
IMAGE = f"{REGISTRY}/build/tools:7"
REPOSITORY = "toolbox"
IMAGES = """
[[image]]
name = "build/tools"
root = "root"
directory = "/"

[image.environment]
PATH = "/bin"

[[image]]
name = "build/shell-less"
root = "shell-less"
directory = "/"
"""
CHECK = (
    "#!/bin/sh\ntest -s notes.txt && echo checked by the team && ! command -v git && ! command -v python3\n"
)
SETTINGS = "verify:\n  - team-check\n  - ls /opt/autocoder\n"


@pytest.fixture(scope="module")
def platform(tmp_path_factory):
    """A platform that may use the team's registry, with a repository whose checks are in the team's image."""
    folder = tmp_path_factory.mktemp("own image")
    settings = {"POLL_SECONDS": "1", "ALLOWED_IMAGE_REGISTRIES": f"autocoder.azurecr.io;{REGISTRY}"}
    options = quick_options(folder / "app", settings=settings)
    with (folder / "app" / "images.toml").open("a") as images:
        images.write(IMAGES)
    make_bare_root(folder / "app" / "root", files={"/bin/team-check": CHECK})
    make_bare_root(folder / "app" / "shell-less", programs=("ls",))
    with running_platform(folder / "state", **options) as started:
        create_repository(started, folder / "project")
        yield started


def create_repository(platform, folder):
    (folder / ".azuredevops").mkdir(parents=True)
    (folder / ".azuredevops" / "autocoder.yml").write_text(SETTINGS)
    who = ["-c", "user.name=Team", "-c", "user.email=team@noreply.invalid"]
    for words in (["init", "-q", "-b", "main"], ["add", "."], [*who, "commit", "-q", "-m", "Start"]):
        subprocess.run(["git", *words], cwd=folder, check=True)
    path = f"/_control/organizations/{ORGANIZATION}/projects/{PROJECT}/repositories"
    with platform.client(AZURE_DEVOPS) as control:
        control.post(path, json={"name": REPOSITORY, "path": str(folder)}).raise_for_status()


def described(case, platform):
    """The description of the case's one pull request."""
    (pull_request,) = case.pull_requests
    return platform.person.pull_request(PROJECT, REPOSITORY, pull_request["pullRequestId"])["description"]


def test_the_agent_works_and_the_checks_run_in_the_teams_image(platform):
    case = case_on(platform, "write notes.txt Hello", repository=REPOSITORY, containerImage=IMAGE)
    case.start().published_once()
    description = described(case, platform)
    assert "| `team-check` | ✅ passed" in description
    assert "| `ls /opt/autocoder` | ❌" in description


def test_the_agents_own_image_is_used_if_no_image_is_named(platform):
    case = case_on(platform, "write notes.txt Hello", repository=REPOSITORY)
    case.start().published_once()
    assert "| `ls /opt/autocoder` | ✅ passed" in described(case, platform)


def test_an_image_of_another_registry_is_refused(platform):
    body = {
        "userPrompt": "x",
        "project": PROJECT,
        "repository": REPOSITORY,
        "containerImage": "evil.io/build/tools",
    }
    answer = platform.post_run(body)
    assert answer.status_code == 403
    assert "ALLOWED_IMAGE_REGISTRIES" in answer.text


@pytest.mark.slow
def test_an_image_in_which_the_agent_cannot_start_ends_the_run_soon(platform):
    image = f"{REGISTRY}/build/shell-less:1"
    case = case_on(platform, "write notes.txt Hello", repository=REPOSITORY, containerImage=image)
    assert "its image must have /bin/sh" in case.start().published_nothing("failed")["reason"]


def test_a_missing_image_is_named(platform):
    missing = f"{REGISTRY}/build/none:1"
    case = case_on(platform, "write notes.txt Hello", repository=REPOSITORY, containerImage=missing)
    assert missing in case.start().published_nothing("failed")["reason"]


@each_agent(quick=())
def test_every_real_program_works_in_the_teams_image(agent, platform):
    needs_installation(agent)
    steps = [{"write": "notes.txt", "content": "Hello\n"}, {"run": "ls"}, {"say": "There are notes."}]
    with platform.client(MODEL_PROVIDER) as model:
        body = {"name": f"notes-{agent}", "match": f"Notes by {agent}", "steps": steps}
        assert model.post("/_control/conversations", json=body).status_code == 201
    title = f"Notes by {agent}"
    case = case_on(platform, title=title, repository=REPOSITORY, containerImage=IMAGE, agentType=agent)
    run = platform.finished(case.start().run_id, 120)
    assert run["status"] == "completed", (run.get("reason"), platform.app.log(case.run_id)[-3000:])
    description = described(case, platform)
    assert "There are notes." in description
    assert "| `team-check` | ✅ passed" in description
