import httpx
import pytest

from tests.emulators.azure_resource_manager.bodies import pair
from tests.emulators.azure_resource_manager.conftest import GROUPS, Groups
from tests.emulators.running import running

LOCATION = "/providers/Microsoft.ContainerInstance/locations/westeurope"
LINK = (
    "/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/v/subnets/s"
    "/providers/Microsoft.ContainerInstance/serviceAssociationLinks/default"
)


def error(answer):
    return answer.status_code, answer.json()["error"]["code"]


@pytest.mark.parametrize(
    ("method", "path", "operation"),
    [
        ("POST", GROUPS + "/g/containers/c/exec", "Containers_ExecuteCommand"),
        ("POST", GROUPS + "/g/containers/c/attach", "Containers_Attach"),
        (
            "GET",
            GROUPS + "/g/outboundNetworkDependenciesEndpoints",
            "GetOutboundNetworkDependenciesEndpoints",
        ),
        ("GET", LOCATION + "/cachedImages", "Location_ListCachedImages"),
        ("GET", LOCATION + "/capabilities", "Location_ListCapabilities"),
        ("DELETE", LINK, "SubnetServiceAssociationLink_Delete"),
        ("GET", "/resourceGroups/rg", "other than Microsoft.ContainerInstance"),
        ("GET", "/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/v", "other than"),
    ],
)
def test_an_operation_that_is_not_covered_is_refused_by_name(groups, method, path, operation):
    answer = groups.send(method, path)
    assert error(answer) == (501, "NotImplemented")
    assert operation in answer.json()["error"]["message"]


def test_a_refusal_is_in_the_log(tmp_path, capfd):
    with running("azure_resource_manager", tmp_path) as emulator:
        Groups(emulator).send("GET", LOCATION + "/capabilities")
    assert "azure_resource_manager: 501: Location_ListCapabilities is not covered" in capfd.readouterr().err


def test_a_resource_type_of_the_provider_that_does_not_exist_is_not_found(groups):
    answer = groups.send("GET", "/providers/Microsoft.ContainerInstance/somethings")
    assert error(answer) == (404, "InvalidResourceType")


@pytest.mark.parametrize("method", ["POST", "HEAD"])
def test_a_method_that_a_path_does_not_have_is_refused(groups, method):
    assert groups.send(method, GROUPS + "/g").status_code == 405


@pytest.mark.parametrize("version", ["2021-10-01", "2025-09-01", "2024-05-01-preview"])
def test_another_version_of_the_service_is_not_covered(groups, version):
    answer = groups.send("GET", GROUPS, **{"api-version": version})
    assert error(answer) == (501, "NotImplemented")
    assert f"ContainerGroups_ListByResourceGroup in api-version {version}" in answer.text


@pytest.mark.parametrize("version", ["2023-05-02", "2023-05-01-preview", "7.1", "x"])
def test_a_version_that_the_service_does_not_have_is_refused(groups, version):
    answer = groups.send("GET", GROUPS, **{"api-version": version})
    assert error(answer) == (404, "InvalidResourceType")
    assert "The supported api-versions are '2017-08-01-preview," in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    ("path", "query"),
    [
        (GROUPS, {"$top": "5"}),
        (GROUPS, {"$filter": "x"}),
        (GROUPS + "/g", {"$expand": "x"}),
        (GROUPS + "/g/containers/c/logs", {"follow": "true"}),
    ],
)
def test_a_query_parameter_that_is_not_covered_is_refused_by_name(groups, path, query):
    answer = groups.send("GET", path, **query)
    assert error(answer) == (501, "NotImplemented")
    assert f"'{next(iter(query))}'" in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    "query", [{"tail": "x"}, {"tail": "-1"}, {"tail": "9" * 5000}, {"tail": "²"}, {"timestamps": "yes"}]
)
def test_refuses_a_parameter_of_the_wrong_kind(groups, query):
    groups.run("parameters", pair("true"))
    answer = groups.send("GET", GROUPS + "/parameters/containers/agent/logs", **query)
    assert error(answer) == (400, "InvalidParameter")


def test_a_location_that_is_not_a_region_has_no_usage(groups):
    answer = groups.send("GET", "/providers/Microsoft.ContainerInstance/locations/atlantis/usages")
    assert error(answer) == (400, "NoRegisteredProviderFound")


def test_a_caller_without_a_token_learns_nothing(groups):
    answer = httpx.post(
        f"{groups.emulator.url}/subscriptions/s{GROUPS}/g/containers/c/exec",
        params={"api-version": "2023-05-01"},
        verify=groups.emulator.tls,
    )
    assert answer.status_code == 401


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"tags": {f"t{n}": "" for n in range(51)}}, (400, "TooManyTags")),
        ({"tags": {"a": 1}}, (400, "InvalidRequestContent")),
        ({"tags": {}, "properties": {}}, (400, "InvalidRequestContent")),
        ({"tags": {}, "location": "westus"}, (501, "NotImplemented")),
        ({"tags": {}, "zones": ["1"]}, (501, "NotImplemented")),
    ],
)
def test_a_patch_changes_only_tags(groups, body, expected):
    groups.run("patched", pair("true"))
    assert error(groups.send("PATCH", GROUPS + "/patched", body)) == expected
    assert groups.get("patched").tags == {"run": "1"}
    assert groups.send("PATCH", GROUPS + "/patched", {"tags": {"a": "b"}}).json()["tags"] == {"a": "b"}
