import threading

import pytest
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError

from tests.emulators.azure_resource_manager.bodies import container, group, init, pair
from tests.emulators.running import error_of

WAITS = "while [ ! -e /exchange/go ]; do sleep 0.02; done"


def test_runs_init_containers_in_order_and_then_containers_that_share_volumes(groups):
    ended = groups.run(
        "ordered",
        group(
            container("reader", "while [ ! -e /exchange/w ]; do sleep 0.02; done; cat /workspace/order"),
            container("writer", "echo app >> /workspace/order; touch /exchange/w"),
            inits=[init("first", "echo 1 >> /workspace/order"), init("second", "echo 2 >> /workspace/order")],
        ),
    )
    assert ended.instance_view.state == "Succeeded"
    assert ended.provisioning_state == "Succeeded"
    assert groups.log("ordered", "reader") == "1\n2\napp\n"
    assert [one.instance_view.current_state.exit_code for one in ended.init_containers] == [0, 0]
    assert {event.name for event in ended.containers[0].instance_view.events} >= {"Pulled", "Started"}


def test_the_sdk_can_wait_for_the_operation_too(groups):
    poller = groups.client.container_groups.begin_create_or_update(
        "rg", "waited", pair("true"), polling_interval=0
    )
    assert poller.result(10).provisioning_state == "Succeeded"


def test_a_container_that_fails_makes_the_group_fail(groups):
    ended = groups.run("failing", pair("exit 3"))
    assert ended.instance_view.state == "Failed"
    current = ended.containers[0].instance_view.current_state
    assert (current.state, current.exit_code, current.detail_status) == ("Terminated", 3, "Error")


def test_an_init_container_that_fails_stops_the_others(groups):
    ended = groups.run("noinit", group(inits=[init("clone", "exit 7")]))
    assert (ended.instance_view.state, ended.provisioning_state) == ("Failed", "Failed")
    assert ended.init_containers[0].instance_view.current_state.exit_code == 7
    assert ended.containers[0].instance_view.current_state.state == "Waiting"


def test_a_command_that_is_not_there_fails_its_container(groups):
    body = pair("true")
    body["properties"]["containers"][0]["properties"]["command"] = ["/no/such/program"]
    ended = groups.run("nocommand", body)
    assert ended.containers[0].instance_view.current_state.exit_code != 0


@pytest.mark.parametrize(
    "image", ["registry.example/team/unknown:2", "../../etc", "autocoder/..", "UPPER/case"]
)
def test_an_image_that_cannot_be_pulled_fails_the_group(groups, image):
    ended = groups.run("unpulled", group(container("agent", "true", image=image, cpu=1)))
    assert ended.provisioning_state == "Failed"
    view = ended.containers[0].instance_view
    assert view.current_state.detail_status == "ImagePullBackOff"
    assert [event.name for event in view.events] == ["Pulling", "Failed", "BackOff"]


@pytest.mark.parametrize(
    "image", ["team/build", "localhost:5000/team/build:1", "r.azurecr.io/team/build@sha256:" + "a" * 64]
)
def test_an_image_is_identified_only_by_its_name(groups, image):
    groups.run("image", group(container("agent", "/bin/sh /opt/team/tool.sh", image=image, cpu=1)))
    assert groups.log("image", "agent") == "tool of the team\n"


def test_an_image_brings_python_node_and_the_trusted_certificates(groups):
    python = 'python3 -c "import ssl; ssl.create_default_context()"'
    script = f'{python}; node -p 1+1; test -s "$SSL_CERT_FILE" && echo ok'
    groups.run("image", group(container("agent", script, cpu=1)))
    assert groups.log("image", "agent") == "2\nok\n"


def test_a_failed_container_is_restarted_on_failure(groups):
    script = "echo x >> /workspace/n; [ $(wc -l < /workspace/n) -gt 1 ]"
    ended = groups.run("onfailure", group(container("agent", script, cpu=1), policy="OnFailure"))
    view = ended.containers[0].instance_view
    assert ended.instance_view.state == "Succeeded"
    assert (view.restart_count, view.previous_state.exit_code) == (1, 1)


def test_a_deleted_group_leaves_no_process_and_no_folder(groups):
    closed = "mkdir -p /workspace/closed/inner; chmod 000 /workspace/closed; touch /exchange/closed"
    groups.put("deleted", pair(f"{closed}; (setsid sleep 600 & ) ; sleep 600"))
    groups.running("deleted")
    folder = groups.folder("deleted")
    assert folder.stat().st_mode & 0o077 == 0
    groups.delete("deleted")
    with pytest.raises(ResourceNotFoundError) as raised:
        groups.get("deleted")
    assert error_of(raised)["code"] == "ResourceNotFound"
    gone = threading.Event()
    for _ in range(200):
        if not folder.exists():
            break
        gone.wait(0.01)
    assert not folder.exists()


def test_deleting_a_missing_group_is_204(groups):
    answers = []
    groups.client.container_groups.begin_delete(
        "rg", "nothing", polling=False, raw_response_hook=lambda answer: answers.append(answer.http_response)
    )
    assert [answer.status_code for answer in answers] == [204]


def test_a_put_that_changes_nothing_restarts_nothing(groups):
    body = group(container("agent", "echo started; sleep 600", cpu=1))
    groups.put("same", body)
    started = groups.running("same").containers[0].instance_view.current_state.start_time
    groups.put("same", {**body, "tags": {"run": "2"}})
    assert groups.get("same").containers[0].instance_view.current_state.start_time == started
    assert groups.get("same").containers[0].instance_view.restart_count == 0
    assert groups.get("same").tags == {"run": "2"}


def test_a_put_with_a_changed_property_restarts_every_container(groups):
    body = group(container("agent", "echo x >> /workspace/n; cat /workspace/n; sleep 600", cpu=1))
    groups.put("changed", body)
    groups.when("changed", lambda _: groups.log("changed", "agent") == "x\n")
    body["properties"]["containers"][0]["properties"]["environmentVariables"] = [
        {"name": "NEW", "value": "1"}
    ]
    groups.put("changed", body)
    groups.when("changed", lambda _: groups.log("changed", "agent") == "x\nx\n")


def test_a_put_on_a_group_that_has_ended_runs_it_again_with_empty_volumes(groups):
    body = group(container("agent", "echo x >> /workspace/n; cat /workspace/n", cpu=1))
    groups.run("anew", body)
    first = groups.get("anew").containers[0].instance_view.current_state.finish_time
    groups.put("anew", body)
    groups.when(
        "anew",
        lambda g: (
            (current := g.containers[0].instance_view.current_state).finish_time
            and current.finish_time > first
        ),
    )
    assert groups.log("anew", "agent") == "x\n"


@pytest.mark.parametrize("change", [{"restartPolicy": "Always"}, {"osType": "Windows"}])
def test_some_properties_cannot_be_changed(groups, change):
    groups.put("fixed", pair("sleep 600"))
    groups.running("fixed")
    body = pair("sleep 600")
    body["properties"].update(change)
    with pytest.raises(HttpResponseError) as raised:
        groups.put("fixed", body)
    assert error_of(raised)["code"] == "InvalidContainerGroupUpdate"


def test_a_group_that_is_still_moving_cannot_be_changed(groups):
    groups.put("moving", group(inits=[init("clone", WAITS)]))
    for attempt in (
        lambda: groups.put("moving", pair("true")),
        lambda: groups.client.container_groups.stop("rg", "moving"),
        lambda: groups.client.container_groups.begin_restart("rg", "moving", polling=False),
    ):
        with pytest.raises(HttpResponseError) as raised:
            attempt()
        assert (raised.value.status_code, error_of(raised)["code"]) == (409, "ContainerGroupTransitioning")


def test_a_group_that_is_being_scheduled_cannot_even_be_deleted(groups):
    groups.control.next_group("startDelay", seconds=0.3)
    groups.put("scheduled", pair("sleep 600"))
    with pytest.raises(HttpResponseError) as raised:
        groups.delete("scheduled")
    assert error_of(raised)["code"] == "ContainerGroupTransitioning"
    groups.running("scheduled")


def test_stop_start_and_restart(groups):
    groups.put(
        "stopped", group(container("agent", "echo x >> /workspace/n; cat /workspace/n; sleep 600", cpu=1))
    )
    groups.when("stopped", lambda _: groups.log("stopped", "agent") == "x\n")
    groups.client.container_groups.begin_restart("rg", "stopped", polling=False)
    groups.when("stopped", lambda _: groups.log("stopped", "agent") == "x\nx\n")
    groups.client.container_groups.stop("rg", "stopped")
    assert groups.get("stopped").instance_view.state == "Stopped"
    assert groups.control.processes()["stopped"] == {}
    groups.client.container_groups.begin_start("rg", "stopped", polling=False)
    groups.when("stopped", lambda _: groups.log("stopped", "agent") == "x\n")


def test_lists_groups_without_instance_views(groups):
    groups.run("listed", pair("true"))
    for listed in (
        groups.client.container_groups.list(),
        groups.client.container_groups.list_by_resource_group("RG"),
    ):
        found = [(one.name, one.tags, one.instance_view) for one in listed]
        assert found == [("listed", {"run": "1"}, None)]


def test_a_log_is_cut_once_its_container_has_ended(groups):
    groups.run("long", group(container("agent", "seq 1 5000", cpu=1)))
    lines = groups.log("long", "agent").splitlines()
    assert len(lines) == 1000
    assert lines[-1] == "5000"
    last = groups.client.containers.list_logs("rg", "long", "agent", tail=2, timestamps=True).content
    assert [line.split(" ")[1] for line in last.splitlines()] == ["4999", "5000"]


def test_a_container_that_is_not_there_has_no_log(groups):
    groups.run("logless", pair("true"))
    with pytest.raises(ResourceNotFoundError):
        groups.log("logless", "nobody")
