import copy

import httpx
import pytest

from emulators.azure_resource_manager.definition.validation import group_of
from emulators.azure_resource_manager.errors import ResourceManagerError
from tests.emulators.azure_resource_manager.bodies import container, group, init


def changed(path, value):
    body = group()
    place = body
    *way, last = path
    for step in way:
        place = place[step]
    place[last] = copy.deepcopy(value)
    return body


AGENT = ("properties", "containers", 0)


def test_accepts_a_good_group():
    spec = group_of("autocoder-1", group(inits=[init("clone", "true")]))
    assert [one.name for one in spec.properties.all_containers] == ["clone", "agent", "verify"]


@pytest.mark.parametrize("name", ["", "A", "a_b", "-a", "a-", "a" * 64, "a/b", "é"])
def test_refuses_a_bad_group_name(name):
    with pytest.raises(ResourceManagerError, match="name") as raised:
        group_of(name, group())
    assert raised.value.status == 400


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        (("location",), "", "LocationRequired"),
        (("properties", "containers"), [], "MissingContainers"),
        (("properties", "containers"), [container("a", "x") for _ in range(2)], "DuplicateContainerName"),
        (("properties", "containers"), [container(f"c{n}", "x") for n in range(61)], "TooManyContainers"),
        (("properties", "containers"), [container("a", "x", cpu=0.5)], "ResourceRequestsNotSupported"),
        (("properties", "containers"), [container("a", "x", cpu=32)], "ResourceRequestsNotSupported"),
        (
            ("properties", "volumes"),
            [{"name": f"volume{n}", "emptyDir": {}} for n in range(21)],
            "TooManyVolumes",
        ),
        (("properties", "volumes", 0, "name"), "work", "InvalidVolumeName"),
        (("properties", "volumes", 0, "name"), "work--space", "InvalidVolumeName"),
        (("properties", "volumes", 0, "name"), "Workspace", "InvalidVolumeName"),
        (("properties", "volumes", 0), {"name": "workspace"}, "InvalidVolume"),
        (("properties", "volumes", 0), {"name": "workspace", "emptyDir": {}, "secret": {}}, "InvalidVolume"),
        (("properties", "volumes", 0, "name"), "somewhere", "VolumeMountNotFound"),
        (("properties", "restartPolicy"), "Sometimes", "InvalidRequestContent"),
        *(
            (("properties", "volumes", 1), {"name": "exchange", "secret": secret}, "InvalidSecretVolume")
            for secret in ({"../x": "YQ=="}, {"..": "YQ=="}, {"a/b": "YQ=="}, {"a": "not base64!"})
        ),
        *(
            (path, value, "InvalidRequestContent")
            for text in ("a\0--bind\0/\0/host", "\ud800")
            for path, value in (
                ((*AGENT, "properties", "command"), ["sh", text]),
                ((*AGENT, "properties", "environmentVariables"), [{"name": "A", "value": text}]),
                ((*AGENT, "properties", "volumeMounts", 0, "mountPath"), "/" + text),
            )
        ),
        ((*AGENT, "name"), "A_b", "InvalidContainerName"),
        ((*AGENT, "properties", "image"), 5, "InvalidRequestContent"),
        ((*AGENT, "properties", "resources"), None, "ResourceRequestsNotSpecified"),
        (
            (*AGENT, "properties", "resources", "limits"),
            {"cpu": 4},
            "ContainerLimitGreaterThanContainerGroupTotalRequest",
        ),
        (
            (*AGENT, "properties", "resources", "limits"),
            {"memoryInGB": 0.5},
            "ResourceLimitsLessThanRequests",
        ),
        (
            (*AGENT, "properties", "resources", "requests"),
            {"cpu": 1, "memoryInGB": 1.45},
            "InvalidResourceRequests",
        ),
        (
            (*AGENT, "properties", "resources", "requests"),
            {"cpu": 1.005, "memoryInGB": 1},
            "InvalidResourceRequests",
        ),
        (
            (*AGENT, "properties", "resources", "requests"),
            {"cpu": 1, "memoryInGB": 3.4000000000000004},
            "InvalidResourceRequests",
        ),
        ((*AGENT, "properties", "environmentVariables"), [{"name": "A-B"}], "InvalidEnvironmentVariableName"),
        (
            (*AGENT, "properties", "environmentVariables"),
            [{"name": "A" * 64}],
            "InvalidEnvironmentVariableName",
        ),
        ((*AGENT, "properties", "environmentVariables"), [{"name": "A"}] * 2, "DuplicateEnvironmentVariable"),
        ((*AGENT, "properties", "volumeMounts", 0, "mountPath"), "workspace", "InvalidMountPath"),
        ((*AGENT, "properties", "volumeMounts", 0, "mountPath"), "/a/../../etc", "InvalidMountPath"),
        ((*AGENT, "properties", "volumeMounts", 0, "mountPath"), "/exchange", "DuplicateMountPath"),
        *(
            ((*AGENT, "properties", "ports"), [{"port": port}], "ReservedPort")
            for port in (22, 1026, 20000, 65534)
        ),
        ((*AGENT, "properties", "ports"), [{"port": 70000}], "InvalidPort"),
    ],
)
def test_refuses_the_groups_that_the_service_refuses(path, value, code):
    with pytest.raises(ResourceManagerError) as raised:
        group_of("name", changed(path, value))
    assert (raised.value.status, raised.value.code) == (400, code)


@pytest.mark.parametrize(
    "body", [None, [], "text", 5, {}, {"location": "x"}, {"location": "x", "properties": []}]
)
def test_refuses_a_body_that_is_not_a_group(body):
    with pytest.raises(ResourceManagerError):
        group_of("name", body)


def test_an_error_never_repeats_a_secret():
    body = changed((*AGENT, "properties", "environmentVariables"), [{"name": "A", "secureValue": ["hidden"]}])
    with pytest.raises(ResourceManagerError) as raised:
        group_of("name", body)
    assert "hidden" not in str(raised.value)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff\xfe"])
def test_refuses_a_body_that_is_not_a_json_object(groups, content):
    url = groups.emulator.url + "/subscriptions/s/resourceGroups/rg/providers"
    url += "/Microsoft.ContainerInstance/containerGroups/g"
    token = groups.client._config.credential.token
    answer = httpx.put(
        url,
        params={"api-version": "2023-05-01"},
        content=content,
        headers={"Authorization": "Bearer " + token},
        verify=groups.emulator.tls,
    )
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "InvalidRequestContent")
