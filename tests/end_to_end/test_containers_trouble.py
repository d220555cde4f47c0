"""Container groups that do not start, are restarted or killed, and a resource manager that is busy."""

import json
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from emulators import identities, tokens
from emulators.azure_resource_manager.control.client import PlatformControl
from emulators.platform.app_settings import RESOURCE_GROUP, SUBSCRIPTION
from emulators.ports import AZURE_DEVOPS, AZURE_RESOURCE_MANAGER
from tests.end_to_end.conftest import case_on, control_of

BUSY = {"status": 429, "headers": {"Retry-After": "1"}, "body": '{"error": {"code": "TooManyRequests"}}'}
MOVING = {
    "status": 409,
    "body": '{"error": {"code": "ContainerGroupTransitioning", "message": "Still moving"}}',
}
NO_CAPACITY = {
    "status": 409,
    "body": '{"error": {"code": "ServiceUnavailable", "message": "The requested resource is not available"}}',
}
SLOW = {"status": 503, "headers": {"Retry-After": "2"}}
AWAY = {"status": 503, "headers": {"Retry-After": "1"}}
DROPPED = {"drop": True}
LOST = {"drop": True, "after": True}


def test_a_group_that_cannot_be_provisioned_for_lack_of_room_is_asked_for_again(case, azure):
    azure.next_group("failsToProvision")
    waiting = case().start()
    waiting.waits("No quota or capacity left")
    waiting.platform.resume()
    waiting.published_once()


def test_an_image_that_cannot_be_pulled_is_the_reason(case):
    run = case(containerImage="autocoder.azurecr.io/autocoder/nothing:1").start().published_nothing("failed")
    assert 'Failed to pull image "autocoder.azurecr.io/autocoder/nothing:1"' in run["reason"]


def test_a_group_that_starts_late(case, azure):
    azure.next_group("startDelay", seconds=1.5)
    case().start().published_once()


def delete(azure, group):
    """Delete a container group as a person with that permission could."""
    token = tokens.mint(
        azure.state, resource=tokens.RESOURCE_MANAGER_RESOURCE, client_id=identities.APP.client_id
    )
    path = (
        f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{RESOURCE_GROUP}/providers"
        f"/Microsoft.ContainerInstance/containerGroups/{group}"
    )
    headers = {"Authorization": f"Bearer {token}"}
    azure.control.client.delete(
        path, params={"api-version": "2023-05-01"}, headers=headers
    ).raise_for_status()


SILENT = "agent out of memory"  # what takes 20 s to be sure of is asked for last
STRIKES = {
    "group restarted": (lambda azure, group: azure.control.restart_group(group), "interrupted", "again"),
    "group restarted with empty volumes": (
        lambda azure, group: azure.control.restart_group(group, empty_volumes=True),
        "interrupted",
        "again",
    ),
    "supervisor restarted": (
        lambda azure, group: azure.control.restart_container(group, "supervisor"),
        "interrupted",
        "again",
    ),
    "group deleted": (delete, "interrupted", "deleted"),
    "supervisor out of memory": (
        lambda azure, group: azure.control.out_of_memory(group, "supervisor"),
        "failed",
        "memory",
    ),
    SILENT: (
        lambda azure, group: azure.control.out_of_memory(group, "agent"),
        "failed",
        "memory",
    ),
}


@dataclass
class Azure:
    """The control of container groups, and the folder with its keys."""

    control: PlatformControl
    state: Path


@pytest.fixture(scope="module")
def struck(quick):
    """One run for each failure, injected while the run is at work; polling takes up to 20 s to notice."""
    cases = {name: case_on(quick, "write notes.txt Hello", "sleep 60").start() for name in STRIKES}
    with control_of(quick) as control:
        for name, (strike, _, _) in STRIKES.items():
            cases[name].reached("running")
            strike(Azure(control, quick.state), cases[name].group)
    return cases


@pytest.mark.parametrize("name", [name for name in STRIKES if name != SILENT])
def test_a_run_whose_containers_are_struck_ends_and_spends_nothing_twice(struck, name):
    _, outcome, word = STRIKES[name]
    run = struck[name].published_nothing(outcome)
    assert word in run["reason"]


@pytest.mark.parametrize("method", ["PUT", "GET", "DELETE"])
def test_a_resource_manager_in_trouble_is_waited_for(case, quick, method):
    for fault in (BUSY, MOVING, DROPPED, LOST, AWAY):
        quick.fault(AZURE_RESOURCE_MANAGER, method=method, path="containerGroups/autocoder-", **fault)
    several = [case("write notes.txt Hello", f"sleep {int(method == 'GET')}").start() for _ in range(3)]
    for one in several:
        one.published_once()
    with quick.client(AZURE_RESOURCE_MANAGER) as control:
        assert control.get("/_control/faults").json()["faults"] == []


def test_a_quota_that_is_used_up_is_the_reason(case, azure):
    azure.limit(groups=0)
    try:
        run = case().start().published_nothing("failed")
    finally:
        azure.limit(groups=10_000)
    for word in ("quota", "westeurope", "2 vCPUs", "4 GB", "CONTAINER_LOCATION", "CAPACITY_MINUTES"):
        assert word in run["reason"]


@pytest.fixture
def no_quota(azure):
    azure.limit(groups=0)
    yield azure
    azure.limit(groups=10_000)


def waiting(case):
    """Start *case*, and wait until it reports that it is waiting for the region."""
    case.start()
    case.platform.wait_for(lambda: case.platform.app.run(case.run_id).get("reason"), "a reason to wait", 20)
    return case


def test_a_quota_that_is_free_again_is_taken(case, no_quota):
    waits = waiting(case())
    no_quota.limit(groups=10_000)
    assert not waits.published_once().get("reason")


def test_a_region_without_capacity_is_asked_again(case, quick):
    quick.fault(
        AZURE_RESOURCE_MANAGER, method="PUT", path="containerGroups/autocoder-", times=3, **NO_CAPACITY
    )
    case().start().published_once()


@pytest.mark.parametrize(
    ("status", "code"),
    [(409, "RegistryErrorResponse"), (400, "InaccessibleImage"), (400, "CodeThatIsNew")],
)
def test_what_may_pass_is_asked_for_again(case, quick, status, code):
    body = json.dumps({"error": {"code": code, "message": "An error response is received."}})
    fault = {"status": status, "body": body, "times": 2}
    quick.fault(AZURE_RESOURCE_MANAGER, method="PUT", path="containerGroups/autocoder-", **fault)
    assert not case().start().published_once().get("reason")


@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_a_role_that_was_given_a_moment_ago_is_waited_for(case, quick, method):
    body = json.dumps(
        {"error": {"code": "AuthorizationFailed", "message": "The client has no authorization."}}
    )
    fault = {"status": 403, "body": body, "times": 2}
    quick.fault(AZURE_RESOURCE_MANAGER, method=method, path="containerGroups/autocoder-", **fault)
    assert not case().start().published_once().get("reason")


def test_a_run_that_waits_for_an_image_says_what_to_check(case, quick):
    body = json.dumps({"error": {"code": "InaccessibleImage", "message": "The image is not accessible."}})
    fault = {"status": 400, "body": body, "times": 30}
    quick.fault(AZURE_RESOURCE_MANAGER, method="PUT", path="containerGroups/autocoder-", **fault)
    waits = waiting(case())
    assert "The image is not accessible" in quick.app.run(waits.run_id)["reason"]
    quick.forget_faults()
    waits.published_once()


def test_a_cancel_while_waiting_for_the_region_is_honoured(case, no_quota, quick):
    waits = waiting(case())
    assert quick.app.http.post(f"/api/runs/{waits.run_id}/cancel").status_code == 202
    run = waits.published_nothing("cancelled")
    assert "before" in run["reason"]


def test_a_cancel_before_the_prompt_is_written_starts_nothing(case, quick):
    quick.fault(AZURE_DEVOPS, method="GET", path="/_apis/git/repositories/", **SLOW)
    early = case().start()
    assert quick.app.http.post(f"/api/runs/{early.run_id}/cancel").status_code == 202
    early.ended("cancelled")
    quick.forget_faults()  # the run may have ended before it met the fault
    early.published_nothing("cancelled")
    assert "provisioning" not in quick.app.run(early.run_id)["phases"]


def test_a_cancel_while_the_group_is_still_on_its_way(case, azure, quick):
    azure.next_group("startDelay", seconds=1.5)
    cancelled = case("sleep 60").start()
    cancelled.reached("provisioning")
    began = time.monotonic()
    assert quick.app.http.post(f"/api/runs/{cancelled.run_id}/cancel").status_code == 202
    cancelled.published_nothing("cancelled")
    assert time.monotonic() - began < 15


def test_the_change_of_an_agent_killed_for_memory_is_offered_as_a_draft(struck):
    killed = struck[SILENT]
    assert "memory" in killed.published_once("failed")["reason"]
    assert [one["isDraft"] for one in killed.pull_requests] == [True]
