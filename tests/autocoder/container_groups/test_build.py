"""Volumes and secrets of the containers in a group, with the agent's image and with a team's image."""

import pytest

from autocoder import models as m
from autocoder.agents import agents
from autocoder.container_groups.build import APP_TAG, app_name, container_group
from autocoder.runs.plan import plan_run
from autocoder.settings import read_settings
from runner.supervisor.agent import START_SECONDS, start_seconds
from tests.autocoder.requests.test_run_request import ENVIRONMENT

SETTINGS = read_settings({**ENVIRONMENT, "IMAGE_TAG": "1.2.3"})
AGENT = agents()["claude"]
OURS = f"contoso.azurecr.io/{AGENT.image}:1.2.3"
THEIRS = "contoso.azurecr.io/team/build:7"


def plan_with(image=None, **commands):
    request = m.RunRequest(
        organization="contoso",
        project="Web",
        repository="app",
        user_prompt="Do it",
        container_image=image,
        requester=m.Requester(),
    )
    run = m.Run(id="a" * 20, request=request, title="Do it", queued_at="2026-01-01T00:00:00Z")
    repository = m.Repository(
        id="r",
        name="app",
        project="Web",
        project_id="p",
        clone_url="https://x",
        web_url="https://x",
        target_branch="main",
        target_commit="1" * 40,
        base=m.Base(branch="main", commit="1" * 40),
        settings=m.RepositorySettings(**commands or {"verify": ("make test",)}),
    )
    return plan_run(run, None, repository, agent=AGENT, images=(), settings=SETTINGS)


def containers(image=None):
    group = container_group(plan_with(image), SETTINGS)
    return {one.name: one for one in (*group.init_containers, *group.containers)}


def mounts(container):
    return {mount.volume: mount.read_only for mount in container.mounts}


def test_without_another_image_the_agents_image_has_everything():
    group = container_group(plan_with(), SETTINGS)
    assert [one.name for one in group.init_containers] == ["clone"]
    assert "tools" not in group.volumes
    found = containers()
    assert found["agent"].image == found["verify"].image == OURS
    assert found["agent"].command == ("/bin/sh", "/opt/autocoder/base/agent.sh")
    assert found["agent"].env["AUTOCODER_AGENT"] == "/opt/autocoder/agent"


def test_the_full_name_of_the_agents_image_is_not_another_image():
    assert plan_with(OURS).tools_image is None


def test_another_image_gets_its_tools_from_an_init_container_of_the_agents_image():
    group = container_group(plan_with(THEIRS), SETTINGS)
    assert [one.name for one in group.init_containers] == ["clone", "tools"]
    assert "tools" in group.volumes
    found = containers(THEIRS)
    assert found["tools"].image == OURS
    assert found["tools"].command == ("/bin/sh", "/opt/autocoder/base/tools.sh")
    assert found["agent"].image == found["verify"].image == THEIRS
    assert found["agent"].command == ("/bin/sh", "/tools/base/agent.sh")
    assert found["verify"].command == ("/bin/sh", "/tools/base/verify.sh")
    assert found["agent"].env["AUTOCODER_AGENT"] == "/tools/agent"


def test_only_init_containers_can_write_the_tools():
    found = containers(THEIRS)
    assert mounts(found["tools"]) == {"tools": False}
    assert mounts(found["clone"])["tools"] is False  # so that the init container `tools` can write
    assert mounts(found["agent"])["tools"] is True
    assert mounts(found["verify"])["tools"] is True
    assert "tools" not in mounts(found["supervisor"])


@pytest.mark.parametrize("image", [None, THEIRS])
def test_the_clone_hands_over_every_volume_that_containers_without_root_write_to(image):
    found = containers(image)
    written = {
        volume
        for name, one in found.items()
        for volume, read_only in mounts(one).items()
        if not read_only and name != "supervisor"
    }
    assert written == {volume for volume, read_only in mounts(found["clone"]).items() if not read_only}
    assert "control" not in mounts(found["clone"])


@pytest.mark.parametrize("image", [None, THEIRS])
def test_no_container_with_untrusted_code_has_a_secret(image):
    holders = {name for name, one in containers(image).items() if one.secret_env}
    assert holders == {"clone", "supervisor"}


@pytest.mark.parametrize("image", [None, THEIRS])
def test_the_git_directory_is_out_of_the_agents_reach(image):
    found = containers(image)
    assert not [
        name
        for name in ("agent", "verify", "tools")
        if "repository" in mounts(found.get(name, found["agent"]))
    ]
    assert mounts(found["agent"])["control"] is mounts(found["agent"])["inputs"] is True


def test_files_are_for_any_user_when_the_images_user_is_unknown():
    for image, wanted in ((None, None), (THEIRS, "1")):
        found = containers(image)
        assert found["clone"].env.get("AUTOCODER_ANY_USER") == wanted
        assert found["supervisor"].env.get("AUTOCODER_ANY_USER") == wanted


@pytest.mark.parametrize("image", [None, THEIRS])
def test_a_container_may_use_the_resources_that_others_leave_free(image):
    group = container_group(plan_with(image), SETTINGS)
    size = (SETTINGS.container_cpu, SETTINGS.container_memory_gb)
    assert {(one.cpu_limit, one.memory_limit_gb) for one in group.containers} == {size}
    assert (sum(one.cpu for one in group.containers), sum(one.memory_gb for one in group.containers)) == size


def test_without_verify_commands_the_agent_gets_the_share_of_their_container():
    group = container_group(plan_with(setup=(), verify=()), SETTINGS)
    assert [one.name for one in group.containers] == ["supervisor", "agent"]
    assert sum(one.cpu for one in group.containers) == SETTINGS.container_cpu
    assert "verify" in [one.name for one in container_group(plan_with(setup=("make",)), SETTINGS).containers]


def test_a_group_has_a_tag_with_its_app():
    tags = container_group(plan_with(), SETTINGS).tags
    assert tags[APP_TAG] == app_name(SETTINGS)
    other = read_settings({**ENVIRONMENT, "PUBLIC_URL": "https://other.azurewebsites.net"})
    assert app_name(other) != app_name(SETTINGS)


def test_the_supervisor_waits_for_the_agents_image_as_long_as_provisioning_may_take():
    env = containers()["supervisor"].env
    assert start_seconds(env) == SETTINGS.provisioning_minutes * 60
    assert start_seconds({"AUTOCODER_START_SECONDS": "3"}) == start_seconds({}) == START_SECONDS


def test_the_smallest_allowed_group_has_resources_for_the_agent():
    smallest = read_settings({**ENVIRONMENT, "CONTAINER_CPU": "1", "CONTAINER_MEMORY_GB": "2"})
    containers = container_group(plan_with(), smallest).containers
    assert all(one.cpu >= 0.25 and one.memory_gb >= 0.5 for one in containers)
    assert (sum(one.cpu for one in containers), sum(one.memory_gb for one in containers)) == (1, 2)


@pytest.mark.parametrize(
    ("cpu", "memory"), [("1.7", "4.4"), ("2.13", "3.9"), ("1.01", "2.1"), ("31", "239.9")]
)
def test_resources_go_out_in_the_steps_that_container_instances_takes(cpu, memory):
    settings = read_settings({**ENVIRONMENT, "CONTAINER_CPU": cpu, "CONTAINER_MEMORY_GB": memory})
    for one in container_group(plan_with(), settings).containers:
        assert len(repr(one.cpu).partition(".")[2]) <= 2
        assert len(repr(one.memory_gb).partition(".")[2]) <= 1
