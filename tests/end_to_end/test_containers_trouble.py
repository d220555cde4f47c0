"""Container groups that do not start, are restarted or killed, and a resource manager that is busy."""

import time

import pytest

from emulators.ports import AZURE_RESOURCE_MANAGER

BUSY = {"status": 429, "headers": {"Retry-After": "1"}, "body": '{"error": {"code": "TooManyRequests"}}'}
MOVING = {
    "status": 409,
    "body": '{"error": {"code": "ContainerGroupTransitioning", "message": "Still moving"}}',
}
AWAY = {"status": 503, "headers": {"Retry-After": "1"}}
DROPPED = {"drop": True}
LOST = {"drop": True, "after": True}


def running(case, quick):
    """Start *case* and wait until its agent is at work."""
    case.start().reached("running")
    return case


def test_a_group_that_cannot_be_provisioned(case, azure):
    azure.next_group("failsToProvision")
    run = case().start().published_nothing("failed")
    assert "could not be started" in run["reason"]


def test_a_group_that_starts_late(case, azure):
    azure.next_group("startDelay", seconds=1.5)
    case().start().published_once()


@pytest.mark.parametrize("empty_volumes", [False, True])
def test_a_group_that_the_platform_restarts_spends_nothing_twice(case, azure, quick, empty_volumes):
    restarted = running(case("write notes.txt Hello", "sleep 3"), quick)
    azure.restart_group(restarted.group, empty_volumes=empty_volumes)
    run = restarted.published_nothing("interrupted")
    assert "again" in run["reason"]


def test_a_supervisor_that_the_platform_restarts_ends_the_run(case, azure, quick):
    restarted = running(case("sleep 60"), quick)
    azure.restart_container(restarted.group, "supervisor")
    restarted.published_nothing("interrupted")


def test_a_supervisor_killed_for_memory_ends_the_run_at_the_next_look(case, azure, quick):
    killed = running(case("sleep 60"), quick)
    azure.out_of_memory(killed.group, "supervisor")
    run = killed.published_nothing("failed", seconds=15)
    assert "memory" in run["reason"]


@pytest.mark.slow
def test_an_agent_killed_for_memory_ends_the_run(case, azure, quick):
    killed = running(case("sleep 60"), quick)
    azure.out_of_memory(killed.group, "agent")
    run = killed.published_nothing("failed")
    assert "memory" in run["reason"]


def test_a_group_that_somebody_deletes_ends_the_run(case, azure, quick):
    from emulators import identities, tokens
    from emulators.platform.app_settings import RESOURCE_GROUP, SUBSCRIPTION

    deleted = running(case("sleep 60"), quick)
    token = tokens.mint(
        quick.state, resource=tokens.RESOURCE_MANAGER_RESOURCE, client_id=identities.APP.client_id
    )
    path = (
        f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{RESOURCE_GROUP}/providers"
        f"/Microsoft.ContainerInstance/containerGroups/{deleted.group}"
    )
    with quick.client(AZURE_RESOURCE_MANAGER, headers={"Authorization": f"Bearer {token}"}) as manager:
        manager.delete(path, params={"api-version": "2023-05-01"}).raise_for_status()
    deleted.published_nothing("interrupted")


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
    assert "quota" in run["reason"].lower()


def test_a_cancel_while_the_group_is_still_on_its_way(case, azure, quick):
    azure.next_group("startDelay", seconds=1.5)
    cancelled = case("sleep 60").start()
    cancelled.reached("provisioning")
    began = time.monotonic()
    assert quick.app.http.post(f"/api/runs/{cancelled.run_id}/cancel").status_code == 202
    cancelled.published_nothing("cancelled")
    assert time.monotonic() - began < 15
