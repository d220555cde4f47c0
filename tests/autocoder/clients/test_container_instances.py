import json

import pytest

from autocoder.clients.container_instances import ContainerInstances
from autocoder.container_groups.spec import ContainerGroupSpec, ContainerSpec, Mount
from autocoder.errors import (
    Forbidden,
    InvalidArgument,
    MayPass,
    NoCapacity,
    NoImage,
    NotFound,
    RetryLater,
    Transient,
)
from emulators import identities
from emulators.azure_resource_manager.control.client import PlatformControl

IMAGE = "autocoder.azurecr.io/autocoder/runner:1"


def container(name, script, **more):
    return ContainerSpec(name=name, image=IMAGE, command=("/bin/sh", "-c", script), env={"A": "b"}, **more)


def spec(name, script="echo hello; exit 3", secret_env=(), env=None):
    mounts = (Mount(volume="workspace"),)
    return ContainerGroupSpec(
        name=name,
        location="westeurope",
        tags={"autocoder-run": "r"},
        volumes=("workspace",),
        init_containers=(container("clone", "true", mounts=mounts),),
        containers=(
            container(
                "agent", script, mounts=mounts, cpu=1, memory_gb=1, secret_env=secret_env, ports=(8080,)
            ),
        ),
    )


@pytest.fixture(scope="module")
def groups(resource_manager):
    return resource_manager.clients().containers


def ended(groups, name):
    """The group's state as soon as it has ended; the API has no event to wait for."""
    import time

    until = time.monotonic() + 20
    while (state := groups.get_group(name)) is None or state.state in ("", "Pending", "Running"):
        assert time.monotonic() < until, state
        time.sleep(0.05)
    return state


def test_creates_a_group_and_sees_how_it_ends(groups):
    groups.create_group(spec("one"), {})
    state = ended(groups, "one")
    agent = next(one for one in state.containers if one.name == "agent")
    assert (agent.state, agent.exit_code) == ("Terminated", 3)
    assert {one.name for one in state.containers} == {"clone", "agent"}
    assert "hello" in groups.logs("one", "agent")
    assert [(one.name, dict(one.tags)) for one in groups.list_groups()] == [("one", {"autocoder-run": "r"})]
    groups.delete_group("one")
    assert groups.get_group("one") is None


def test_gives_secret_values_only_to_the_container(groups, resource_manager):
    script = 'test "$KEY" = "very secret" && exit 7'
    groups.create_group(spec("two", script, secret_env=("KEY",)), {("agent", "KEY"): "very secret"})
    state = ended(groups, "two")
    assert next(one for one in state.containers if one.name == "agent").exit_code == 7
    assert "very secret" not in json.dumps(state.model_dump())
    groups.delete_group("two")


def test_refuses_a_group_whose_secret_has_no_value(groups):
    with pytest.raises(InvalidArgument, match="KEY"):
        groups.create_group(spec("three", secret_env=("KEY",)), {("clone", "KEY"): "x"})


def test_a_missing_group_is_none_and_deleting_it_is_no_error(groups):
    assert groups.get_group("nothing") is None
    groups.delete_group("nothing")
    with pytest.raises(NotFound):
        groups.logs("nothing", "agent")


def test_a_busy_service_is_not_waited_for(groups, resource_manager):
    resource_manager.fault(
        "azure_resource_manager",
        method="PUT", path=".*", times=1, status=429, headers={"Retry-After": "17"},
        body='{"error": {"code": "TooManyRequests", "message": "slow down"}}',
    )  # fmt: skip
    with pytest.raises(RetryLater) as raised:
        groups.create_group(spec("four"), {})
    assert raised.value.retry_after_seconds == 17


def test_a_group_in_transition_is_retried_later(groups, resource_manager):
    resource_manager.fault(
        "azure_resource_manager",
        method="DELETE", path=".*", times=1, status=409,
        body='{"error": {"code": "ContainerGroupTransitioning", "message": "still transitioning"}}',
    )  # fmt: skip
    with pytest.raises(RetryLater) as raised:
        groups.delete_group("any")
    assert raised.value.service_code == "ContainerGroupTransitioning"


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (409, "AnyCodeThatIsNew", RetryLater),
        (409, "", RetryLater),
        (409, "RegistryErrorResponse", NoImage),
        (400, "InaccessibleImage", NoImage),
        (500, "InternalServerError", Transient),
        (502, "", Transient),
        (504, "GatewayTimeout", Transient),
        (408, "OperationTimedOut", Transient),
        (400, "AnyCodeThatIsNew", MayPass),
        (422, "", MayPass),
        (403, "AuthorizationFailed", MayPass),
        (403, "LinkedAuthorizationFailed", MayPass),
        (404, "AnyCodeThatIsNew", MayPass),
        (400, "InvalidRequestContent", InvalidArgument),
        (403, "RequestDisallowedByPolicy", InvalidArgument),
        (409, "MissingSubscriptionRegistration", InvalidArgument),
    ],
)
def test_what_may_pass_is_transient_and_what_may_not_is_final(
    groups, resource_manager, status, code, expected
):
    body = json.dumps({"error": {"code": code, "message": "said"}})
    fault = {"method": "PUT", "path": ".*", "times": 1, "status": status, "body": body}
    resource_manager.fault("azure_resource_manager", **fault)
    with pytest.raises(expected) as raised:
        groups.create_group(spec("eleven"), {})
    assert "said" in raised.value.message
    assert type(raised.value) is expected


NO_CAPACITY = (
    '{"error": {"code": "ServiceUnavailable", "message": "The requested resource is not available in the '
    "location 'westeurope' at this moment. Please retry with a different resource request or in another "
    'location."}}'
)


def test_a_region_without_capacity_is_reported_as_such(groups, resource_manager):
    resource_manager.fault(
        "azure_resource_manager", method="PUT", path=".*", times=1, status=409, body=NO_CAPACITY
    )
    with pytest.raises(NoCapacity, match="not available in"):
        groups.create_group(spec("seven"), {})


def test_a_used_up_quota_is_reported_as_no_capacity(groups, resource_manager):
    with PlatformControl(resource_manager.urls["azure_resource_manager"], resource_manager.bundle) as azure:
        azure.limit(groups=0)
        try:
            with pytest.raises(NoCapacity, match="quota 'ContainerGroups' exceeded"):
                groups.create_group(spec("eight"), {})
        finally:
            azure.limit(groups=100)


def test_an_unavailable_service_is_not_a_lack_of_capacity(groups, resource_manager):
    resource_manager.fault(
        "azure_resource_manager", method="PUT", path=".*", times=1, status=503, body=NO_CAPACITY
    )
    with pytest.raises(RetryLater) as raised:
        groups.create_group(spec("nine"), {})
    assert not isinstance(raised.value, NoCapacity)


def test_a_lost_answer_is_transient(groups, resource_manager):
    resource_manager.fault("azure_resource_manager", method="PUT", path=".*", times=1, drop=True)
    with pytest.raises(Transient):
        groups.create_group(spec("five"), {})


def test_an_invalid_group_is_refused_with_the_reason(groups):
    with pytest.raises(InvalidArgument):
        groups.create_group(spec("Not_A_Name"), {})


def test_the_readers_identity_may_not_create_groups(resource_manager):
    client = resource_manager.clients(AZURE_CLIENT_ID=identities.READER.client_id).containers
    with pytest.raises(MayPass, match="permission"):
        client.create_group(spec("six"), {})


@pytest.mark.parametrize("call", [ContainerInstances.get_group, ContainerInstances.delete_group])
def test_a_role_that_was_given_a_moment_ago_may_still_be_refused(resource_manager, call):
    client = resource_manager.clients(AZURE_CLIENT_ID=identities.READER.client_id).containers
    with pytest.raises(MayPass, match=r"The app tries again for some minutes.*docs/permissions\.md"):
        call(client, "thirteen")


def test_whoever_asks_what_the_app_may_do_is_told_of_a_missing_role_at_once(resource_manager):
    client = resource_manager.clients(AZURE_CLIENT_ID=identities.READER.client_id).containers
    for call in (client.list_groups, lambda: client.usages("westeurope")):
        with pytest.raises(Forbidden):
            call()


def test_reports_how_much_of_the_quota_is_used(groups):
    assert any(one.limit > 0 for one in groups.usages("westeurope"))


def test_an_unreachable_platform_is_transient(groups):
    client = ContainerInstances("https://127.0.0.1:1", "s", "rg", groups.credential)
    with pytest.raises(Transient):
        client.get_group("any")
