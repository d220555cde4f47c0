import os
import signal
import threading
from pathlib import Path

import httpx
import pytest
from azure.core.exceptions import ClientAuthenticationError, HttpResponseError

from emulators import identities, tokens
from tests.emulators.azure_resource_manager.bodies import container, group, init, pair
from tests.emulators.azure_resource_manager.conftest import ISOLATIONS, Groups, client_of
from tests.emulators.running import error_of, running

COUNTS = "echo x >> /workspace/n; cat /workspace/n; sleep 600"


def test_refuses_a_token_for_another_resource(groups):
    client = client_of(groups.emulator, resource=tokens.VAULT_RESOURCE)
    with pytest.raises(ClientAuthenticationError) as raised:
        client.container_groups.get("rg", "x")
    assert error_of(raised)["code"] == "InvalidAuthenticationTokenAudience"


@pytest.mark.parametrize("client_id", [identities.READER.client_id, "c0000000-0000-4000-8000-000000000009"])
def test_refuses_an_identity_without_the_role(groups, client_id):
    client = client_of(groups.emulator, client_id=client_id)
    for attempt in (
        lambda: client.container_groups.get("rg", "x"),
        lambda: client.container_groups.begin_delete("rg", "x", polling=False),
        lambda: client.container_groups.begin_create_or_update("rg", "x", pair("true"), polling=False),
        lambda: list(client.location.list_usage("westeurope")),
    ):
        with pytest.raises(HttpResponseError) as raised:
            attempt()
        assert (raised.value.status_code, error_of(raised)["code"]) == (403, "AuthorizationFailed")


def test_requires_a_token_and_an_api_version(groups):
    url = groups.emulator.url + "/subscriptions/s/providers/Microsoft.ContainerInstance/containerGroups"
    nobody = httpx.get(url, params={"api-version": "2023-05-01"}, verify=groups.emulator.tls)
    assert nobody.status_code == 401
    assert "authorization_uri=" in nobody.headers["WWW-Authenticate"]
    assert httpx.get(url, verify=groups.emulator.tls).json()["error"]["code"] == "MissingApiVersionParameter"
    unknown = httpx.get(groups.emulator.url + "/nothing?api-version=2023-05-01", verify=groups.emulator.tls)
    assert unknown.status_code == 404


def test_tells_how_much_of_a_region_is_used(groups):
    groups.put("used", pair("sleep 600"))
    groups.running("used")
    usages = {
        one.name.value: one for one in groups.client.location.list_usage("West Europe".replace(" ", ""))
    }
    assert (usages["ContainerGroups"].current_value, usages["ContainerGroups"].limit) == (1, 100)
    assert usages["StandardCores"].current_value == 1


def test_refuses_a_group_beyond_the_quota(groups):
    groups.control.limit(cores=1)
    try:
        with pytest.raises(HttpResponseError, match="StandardCores") as raised:
            groups.put("large", group(container("agent", "true", cpu=2)))
    finally:
        groups.control.limit(cores=100)
    assert error_of(raised)["code"] == "ContainerGroupQuotaReached"


def test_creates_beyond_the_window_must_wait(groups):
    groups.control.limit(perFiveMinutes=0)
    try:
        with pytest.raises(HttpResponseError) as raised:
            groups.put("throttled", pair("true"))
    finally:
        groups.control.limit(perFiveMinutes=10000)
    assert raised.value.status_code == 429
    assert int(raised.value.response.headers["Retry-After"]) > 0


def test_an_injected_fault_reaches_the_sdk(groups):
    body = '{"error": {"code": "ContainerGroupTransitioning", "message": "later"}}'
    groups.control.fault(path="containerGroups", method="DELETE", status=409, body=body)
    with pytest.raises(HttpResponseError) as raised:
        groups.delete("x")
    assert raised.value.status_code == 409
    groups.delete("x")


def test_a_group_may_never_start_and_can_still_be_deleted(groups):
    groups.control.next_group("neverStarts")
    groups.put("stuck", pair("true"))
    stuck = groups.get("stuck")
    assert (stuck.instance_view.state, stuck.provisioning_state) == ("Pending", "Pending")
    assert stuck.containers[0].instance_view.current_state.state == "Waiting"
    groups.delete("stuck")


def test_a_group_may_fail_to_be_provisioned(groups):
    groups.control.next_group("failsToProvision")
    assert groups.run("unlucky", pair("true")).provisioning_state == "Failed"
    groups.put("unlucky", pair("true"))
    groups.when("unlucky", lambda g: g.provisioning_state == "Succeeded")
    assert groups.run("lucky", pair("true")).provisioning_state == "Succeeded"


def test_the_platform_may_restart_one_container(groups):
    groups.put("moved", group(container("agent", COUNTS), container("other", "sleep 600")))
    groups.when("moved", lambda _: groups.log("moved", "agent") == "x\n")
    groups.running("moved")
    groups.control.restart_container("moved", "agent")
    moved = groups.when("moved", lambda g: g.containers[0].instance_view.restart_count == 1)
    groups.when("moved", lambda _: groups.log("moved", "agent") == "x\nx\n")
    assert moved.containers[1].instance_view.restart_count == 0


@pytest.mark.parametrize(("empty", "seen"), [(False, "x\nx\n"), (True, "x\n")])
def test_the_platform_may_restart_a_whole_group(groups, empty, seen):
    groups.put("whole", group(container("agent", COUNTS, cpu=1), inits=[init("clone", "true")]))
    groups.when("whole", lambda _: groups.log("whole", "agent") == "x\n")
    before = groups.control.processes()["whole"]
    groups.control.restart_group("whole", empty_volumes=empty)
    restarted = groups.when(
        "whole",
        lambda g: (
            g.instance_view.state == "Running"
            and groups.control.processes()["whole"] != before
            and groups.log("whole", "agent") == seen
        ),
    )
    assert restarted.init_containers[0].instance_view.restart_count == 1


def test_a_container_may_run_out_of_memory(groups):
    groups.put("hungry", pair("sleep 600"))
    groups.when("hungry", lambda _: groups.control.processes()["hungry"].get("agent"))
    groups.control.out_of_memory("hungry", "agent")
    ended = groups.ended("hungry")
    current = ended.containers[0].instance_view.current_state
    assert (current.exit_code, current.detail_status) == (137, "OOMKilled")
    assert ended.containers[1].instance_view.current_state.exit_code == 0


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/_control/groups/nobody/restart", {}),
        ("/_control/troubles", {"kind": "other"}),
        ("/_control/troubles", {"unknown": 1}),
    ],
)
def test_refuses_control_that_makes_no_sense(groups, path, body):
    assert httpx.post(groups.emulator.url + path, json=body, verify=groups.emulator.tls).status_code == 400


@pytest.mark.parametrize("isolation", ISOLATIONS)
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_the_end_of_the_emulator_leaves_no_process(tmp_path, images, isolation, how):
    mark = f"6{os.getpid()}.{int(how)}{ISOLATIONS.index(isolation)}"
    arguments = ("--images", str(images), "--isolation", isolation)
    with running("azure_resource_manager", tmp_path, *arguments) as emulator:
        groups = Groups(emulator)
        groups.put("left", pair(f"(setsid sleep {mark} & ); sleep {mark}"))
        groups.when("left", lambda _: len(sleepers(mark)) == 2)
        folder = groups.folder("left")
        emulator.process.send_signal(how)
        emulator.process.wait(10)
        wait_until(lambda: not sleepers(mark))
        if how != signal.SIGKILL:
            assert not folder.exists()
    with running("azure_resource_manager", tmp_path, *arguments) as emulator:
        groups = Groups(emulator)
        assert list(groups.client.container_groups.list()) == []
        assert not folder.exists()


def sleepers(mark):
    found = []
    for line in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if line.read_bytes().split(b"\0")[:2] == [b"sleep", mark.encode()]:
                found.append(line.parent.name)
        except OSError:
            continue
    return found


def wait_until(condition):
    clock = threading.Event()
    for _ in range(500):
        if condition():
            return
        clock.wait(0.01)
    raise AssertionError("it never became true")


def test_two_emulators_do_not_share_a_state_folder(groups):
    second = running("azure_resource_manager", groups.emulator.state)
    with pytest.raises(AssertionError, match="did not start"), second:
        pass
