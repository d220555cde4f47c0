"""An agent is a folder: an added one works after the next start of the app, without other changes."""

import re

import pytest

from emulators.platform.app_settings import PROJECT
from tests.end_to_end.conftest import case_on
from tests.platform import running_platform
from tests.quick_agent import AGENT, RUN, quick_options

NAME = "newcomer"
IMAGES = """
[[image]]
name = "autocoder/new*"

[image.folders]
"/opt/autocoder/agent" = "containers/new{name}"
"/opt/autocoder/base" = "containers/base"
"""
README = "# The newcomer\n"


@pytest.fixture(scope="module")
def platform(tmp_path_factory):
    """A separate platform whose image of the new agent is the agent's folder."""
    folder = tmp_path_factory.mktemp("added")
    options = quick_options(folder / "app", settings={"POLL_SECONDS": "1"})
    with (folder / "app" / "images.toml").open("a") as images:
        images.write(IMAGES)
    with running_platform(folder / "state", **options) as started:
        started.containers = folder / "app" / "containers"
        yield started


def listed(platform):
    """The answer of GET /api/agents, by agent type."""
    return {agent["agentType"]: agent for agent in platform.app.http.get("/api/agents").json()["value"]}


def asked(platform):
    """The answer to a request that names the new agent."""
    return platform.post_run({"userPrompt": "Hello", "project": PROJECT, "agentType": NAME})


def test_a_folder_that_is_added_is_an_agent_through_the_whole_app(platform):
    assert NAME not in listed(platform)
    assert asked(platform).status_code == 400

    folder = platform.containers / NAME
    folder.mkdir()
    text = re.sub('name = "Quick"', 'name = "The Newcomer"', AGENT).replace(
        "autocoder/quick", f"autocoder/{NAME}"
    )
    (folder / "agent.toml").write_text(text)
    (folder / "run.sh").write_text(RUN)
    platform.kill_host()
    platform.start_host()

    assert listed(platform)[NAME]["name"] == "The Newcomer"
    case = case_on(platform, "write notes.txt Hello", "say I am new here", agentType=NAME)
    run = case.start().published_once()
    description = platform.person.pull_request(PROJECT, "tidy-names", run["pullRequestId"])["description"]
    assert "The Newcomer · quick-1" in description
    assert "I am new here" in description


def test_a_tag_chooses_the_added_agent(platform):
    if NAME not in listed(platform):
        pytest.skip("the newcomer is added by the test before")
    text = "<div>QUICK write more.txt Hello</div>"
    item = platform.work_item("More", text, tags=["autocoder", f"autocoder:agent={NAME}"])
    run = platform.finished(platform.run_of(item["id"]))
    assert (run["status"], run["agentType"]) == ("completed", NAME)
