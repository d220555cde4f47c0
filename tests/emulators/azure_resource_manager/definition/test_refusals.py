"""Groups that the service refuses (400), and valid ones that this emulator does not cover (501)."""

import pytest

from tests.emulators.azure_resource_manager.bodies import container, group, init
from tests.emulators.azure_resource_manager.conftest import GROUPS

PULL = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/pull"
ASSIGNED = {"type": "UserAssigned", "userAssignedIdentities": {PULL: {}}}
BY_IDENTITY = [{"server": "r.azurecr.io", "identity": PULL}]
PROBE = {"httpGet": {"path": "/", "port": 80}}


def one(**properties):
    return container("agent", "true", cpu=1, **properties)


def of(*containers, top=None, **properties):
    return {**group(*(containers or (one(),)), **properties), **(top or {})}


def put(groups, body):
    answer = groups.send("PUT", GROUPS + "/refused", body)
    assert groups.send("GET", GROUPS + "/refused").status_code == 404, answer.text
    return answer.status_code, answer.json()["error"]["code"], answer.json()["error"]["message"]


@pytest.mark.parametrize(
    ("body", "code", "named"),
    [
        (of(top={"location": "atlantis"}), "LocationNotAvailableForResourceType", "'atlantis'"),
        (of(top={"tags": {f"t{n}": "" for n in range(51)}}), "TooManyTags", "'51'"),
        (of(top={"tags": {"a/b": ""}}), "InvalidTagNameCharacters", "'a/b'"),
        (of(top={"tags": {"a" * 513: ""}}), "InvalidTagNameLength", "'512'"),
        (of(top={"tags": {"a": "b" * 257}}), "InvalidTagValueLength", "'256'"),
        (of(top={"sku": "Standard"}), "InvalidRequestContent", "'sku'"),
        (of(someProperty=1), "InvalidRequestContent", "'someProperty'. Path 'properties.someProperty'"),
        (of(one(imagePullPolicy="Always")), "InvalidRequestContent", "'imagePullPolicy'"),
        (
            of(one(resources={"requests": {"cpu": 1, "memoryInGB": 1, "disk": 1}})),
            "InvalidRequestContent",
            "disk",
        ),
        (of(one(), initContainers=[init("i", "true", ports=[])]), "InvalidRequestContent", "'ports'"),
        (of(osType="BeOS"), "InvalidOsType", "'Windows,Linux'"),
        (of(osType=None), "InvalidOsType", "'Windows,Linux'"),
        (of(sku="Gold"), "InvalidRequestContent", "properties.sku"),
        (of(priority="Low"), "PriorityNotSpecified", "'Regular,Spot'"),
        (of(one(ports=[{"port": 80}, {"port": 80}])), "DuplicatePort", "'80/TCP'"),
        (of(one(ports=[{"port": 80}]), container("b", "true", ports=[{"port": 80}])), "DuplicatePort", "80"),
        (of(one(ports=[{"port": 80, "protocol": "SCTP"}])), "InvalidRequestContent", "protocol"),
        (of(imageRegistryCredentials=BY_IDENTITY), "InvalidImageRegistryIdentity", "identity list"),
        (
            of(top={"identity": ASSIGNED}, imageRegistryCredentials=[{"server": "r", "identity": "system"}]),
            "InvalidImageRegistryIdentity",
            "identity list",
        ),
        (of(imageRegistryCredentials=[{"server": "r"}]), "InvalidImageRegistryCredential", "'r'"),
        (
            of(imageRegistryCredentials=[{"server": "r", "username": "u", "password": "p"}] * 2),
            "DuplicateImageRegistryCredential",
            "twice",
        ),
        (
            of(top={"identity": {**ASSIGNED, "userAssignedIdentities": {"pull": {}}}}),
            "LinkedInvalidPropertyId",
            "'pull'",
        ),
        (of(top={"identity": {**ASSIGNED, "type": "None"}}), "InvalidIdentityType", "'None'"),
    ],
)
def test_refuses_the_groups_that_the_service_refuses(groups, body, code, named):
    status, told, message = put(groups, body)
    assert (status, told) == (400, code)
    assert named in message


@pytest.mark.parametrize(
    ("body", "named"),
    [
        (of(top={"zones": ["1"]}), "'zones'"),
        (of(top={"identity": {"type": "SystemAssigned"}}), "'identity.type': SystemAssigned"),
        (of(top={"identity": ASSIGNED}), "an identity that pulls no image"),
        (of(osType="Windows"), "'properties.osType': Windows"),
        (of(sku="Confidential"), "'properties.sku': Confidential"),
        (of(sku="Dedicated"), "'properties.sku': Dedicated"),
        (of(priority="Spot"), "'properties.priority': Spot"),
        (of(ipAddress={"type": "Public", "ports": [{"port": 80}]}), "'properties.ipAddress'"),
        (of(subnetIds=[{"id": "x"}]), "'properties.subnetIds'"),
        (of(dnsConfig={"nameServers": ["1.1.1.1"]}), "'properties.dnsConfig'"),
        (of(diagnostics={"logAnalytics": {}}), "'properties.diagnostics'"),
        (of(encryptionProperties={"keyName": "k"}), "'properties.encryptionProperties'"),
        (of(extensions=[{"name": "e"}]), "'properties.extensions'"),
        (of(confidentialComputeProperties={"ccePolicy": "x"}), "'properties.confidentialComputeProperties'"),
        (
            of(volumes=[{"name": "files", "azureFile": {"shareName": "s"}}]),
            "'properties.volumes[0].azureFile'",
        ),
        (of(volumes=[{"name": "cloned", "gitRepo": {"repository": "r"}}]), "volumes[0].gitRepo'"),
        (of(one(livenessProbe=PROBE)), "'properties.containers[0].properties.livenessProbe'"),
        (of(one(readinessProbe=PROBE)), "readinessProbe'"),
        (of(one(securityContext={"privileged": True})), "securityContext'"),
        (
            of(one(resources={"requests": {"cpu": 1, "memoryInGB": 1, "gpu": {"count": 1, "sku": "V100"}}})),
            "resources.requests.gpu'",
        ),
        (of(one(ports=[{"port": 80, "protocol": "UDP"}])), "a UDP port"),
        (
            of(initContainers=[init("i", "true", securityContext={"runAsUser": 0})]),
            "'properties.initContainers[0].properties.securityContext'",
        ),
        (
            of(top={"identity": ASSIGNED}, imageRegistryCredentials=[{**BY_IDENTITY[0], "identityUrl": "u"}]),
            "identityUrl'",
        ),
    ],
)
def test_refuses_uncovered_requests_by_name(groups, body, named):
    if "volumes" in body["properties"] and body["properties"]["volumes"][0]["name"] in ("files", "cloned"):
        body["properties"]["containers"][0]["properties"]["volumeMounts"] = []
    status, code, message = put(groups, body)
    assert (status, code) == (501, "NotImplemented")
    assert message.startswith("ContainerGroups_CreateOrUpdate with ")
    assert named in message


def test_a_changed_group_is_refused_in_the_same_way(groups):
    groups.put("changed", of(container("agent", "sleep 600", cpu=1)))
    groups.running("changed")
    answer = groups.send("PUT", GROUPS + "/changed", of(subnetIds=[{"id": "x"}]))
    assert answer.status_code == 501
    assert groups.get("changed").instance_view.state == "Running"


def test_an_identity_of_the_group_pulls_its_images(groups):
    ended = groups.run("pulled", of(top={"identity": ASSIGNED}, imageRegistryCredentials=BY_IDENTITY))
    assert ended.instance_view.state == "Succeeded"
    assert list(ended.identity.user_assigned_identities) == [PULL]
    assert ended.image_registry_credentials[0].identity == PULL


def test_a_group_as_it_was_read_can_be_written_back(groups):
    groups.put("again", of(container("agent", "sleep 600", cpu=1), container("b", "sleep 600")))
    groups.running("again")
    read = groups.send("GET", GROUPS + "/again").json()
    written = groups.send("PUT", GROUPS + "/again", read)
    assert written.status_code == 200
    assert written.json()["properties"]["containers"] == read["properties"]["containers"]


def test_null_is_the_same_as_no_value(groups):
    body = of(subnetIds=None, ipAddress=None, volumes=None)
    body["properties"]["containers"][0]["properties"]["volumeMounts"] = None
    assert groups.run("nulls", body).instance_view.state == "Succeeded"


def test_a_region_can_be_written_as_people_do(groups):
    assert groups.run("spaced", of(top={"location": "West Europe"})).instance_view.state == "Succeeded"
