"""Microsoft's list of operations, the routing tables, and the catalogue that leads clients to them."""

import re

import httpx
import pytest

from emulators.azure_devops.core.operations import DOCUMENTED, OPERATIONS, UNDOCUMENTED, matching
from emulators.azure_devops.urls import RESOURCES, SERVED

PROJECT = "Fabrikam Fiber"


def test_the_list_names_each_operation_once():
    assert len(OPERATIONS) == len(DOCUMENTED) + len(UNDOCUMENTED)
    assert len({(o.method, o.pattern.pattern.lower()) for o in DOCUMENTED}) > 360


def test_operations_served_beyond_the_list_have_a_reason_and_are_not_in_it():
    listed = {(operation.method, operation.path.lower()) for operation in DOCUMENTED}
    for operation in UNDOCUMENTED:
        assert operation.reason
        assert operation in SERVED
        assert (operation.method, operation.path.lower()) not in listed


def test_each_operation_is_served_by_one_resource():
    assert len(SERVED) == sum(len(resource.routes) for resource in RESOURCES)
    assert len({resource.id for resource in RESOURCES}) == len(RESOURCES)


@pytest.mark.parametrize("operation", SERVED, ids=lambda operation: operation.title)
def test_the_catalogue_leads_an_official_client_to_the_operation(operation):
    """Clients fill the template by name and drop the parameters they have no value for."""
    template = SERVED[operation][0].location()["routeTemplate"]
    values = dict.fromkeys(operation.parameters, "1")
    address = filled(template, values).partition("_apis/")[2]
    found = [known for known, _ in matching(f"_apis/{address}") if known.method == operation.method]
    assert found[0] == operation


def filled(template: str, values: dict[str, str]) -> str:
    """Build an address like Microsoft's Python client."""
    parts = []
    for part in template.split("/"):
        name = re.fullmatch(r"(\$?)\{\*?(\w+)\}", part)
        if name is None:
            parts.append(part)
        elif name[2] in values:
            parts.append(name[1] + values[name[2]])
    return "/".join(parts)


def test_the_parameters_of_the_catalogue_are_microsofts(server):
    names = {name for operation in DOCUMENTED for name in (*operation.parameters, "project", "team")}
    extension = {"publisherName", "extensionName", "scopeType", "scopeValue", "collectionName", "documentId"}
    entries = httpx.request("OPTIONS", f"{server.url}/contoso/_apis").json()["value"]
    for entry in entries:
        unknown = set(re.findall(r"\{\*?(\w+)\}", entry["routeTemplate"])) - names
        assert unknown <= {"areaId", "identityId", "filter", "path", *extension}, entry["routeTemplate"]
    templates = {entry["resourceName"]: entry["routeTemplate"] for entry in entries}
    assert templates["wiql"] == "{project}/{team}/_apis/wit/wiql"
    assert templates["tags"].endswith("/tags/{tagIdOrName}")
    assert templates["types"].endswith("/types/{typeId}")
    assert templates["AccessControlLists"].endswith("/{securityNamespaceId}")


def test_a_label_is_deleted_at_the_address_of_the_catalogue(http, ado, repository):
    main = http.get(f"{PROJECT}/_apis/git/repositories/{repository['id']}/refs?filter=heads/main").json()
    tip = main["value"][0]["objectId"]
    update = [{"name": "refs/heads/topic", "oldObjectId": "0" * 40, "newObjectId": tip}]
    http.post(f"{PROJECT}/_apis/git/repositories/{repository['id']}/refs", json=update)
    made = ado.create_pull_request(
        PROJECT, repository["id"], sourceRefName="refs/heads/topic", targetRefName="refs/heads/main",
        title="Labelled", labels=[{"name": "one"}, {"name": "two"}],
    )  # fmt: skip
    entries = httpx.request("OPTIONS", f"{ado.url}/contoso/_apis/git").json()["value"]
    template = next(e["routeTemplate"] for e in entries if e["resourceName"] == "pullRequestLabels")
    values = {
        "project": PROJECT, "repositoryId": repository["id"], "pullRequestId": str(made["pullRequestId"]),
    }  # fmt: skip
    assert http.delete(filled(template, {**values, "labelIdOrName": "one"})).status_code == 200
    assert [label["name"] for label in http.get(filled(template, values)).json()["value"]] == ["two"]
