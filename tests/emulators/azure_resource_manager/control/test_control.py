import httpx
import pytest
from azure.core.exceptions import HttpResponseError

from tests.emulators.azure_resource_manager.bodies import container, group, init, pair

COUNTS = "echo x >> /workspace/n; cat /workspace/n; sleep 600"


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
        ("/_control/troubles", {"kind": "neverStarts", "times": "many"}),
    ],
)
def test_refuses_control_calls_for_missing_groups_and_unknown_fields(groups, path, body):
    assert httpx.post(groups.emulator.url + path, json=body, verify=groups.emulator.tls).status_code == 400


@pytest.mark.parametrize("body", [{"containr": "agent"}, {"container": "other"}])
def test_a_misspelled_restart_restarts_nothing(groups, body):
    groups.put("spelled", group(container("agent", COUNTS, cpu=1)))
    groups.running("spelled")
    url = groups.emulator.url + "/_control/groups/spelled/restart"
    assert httpx.post(url, json=body, verify=groups.emulator.tls).status_code == 400
    assert groups.get("spelled").instance_view.state == "Running"
