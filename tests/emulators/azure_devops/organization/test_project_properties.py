"""Properties of a project: everybody who sees it reads them, its administrators change them."""

import httpx
import pytest

from emulators.azure_devops.control.client import CONTRIBUTOR

PREVIEW = {"api-version": "7.1-preview.1"}
PATCH = {"Content-Type": "application/json-patch+json"}


@pytest.fixture
def project(ado, request) -> dict:
    return ado.create_project(f"Properties {request.node.name}"[:60].replace("[", " ").replace("]", " "))


@pytest.fixture
def properties(ado, project):
    """Calls of the project's properties, as the administrator or by an extension's token."""
    url = ado.api("", f"projects/{project['id']}/properties")

    def call(method: str = "GET", patch: list | None = None, *, token: str = "", **query) -> httpx.Response:
        auth = None if token else ("", ado.pat)
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        headers |= PATCH if patch is not None else {}
        return httpx.request(method, url, json=patch, params={**PREVIEW, **query}, headers=headers, auth=auth)

    return call


def added(name: str, value: object) -> dict:
    return {"op": "add", "path": f"/{name}", "value": value}


def values(answer: httpx.Response) -> dict:
    return {one["name"]: one["value"] for one in answer.json()["value"]}


def test_properties_are_added_replaced_and_removed(properties):
    assert properties("PATCH", [added("Autocoder.Url", "a"), added("Autocoder.Other", 1)]).status_code == 204
    assert properties("PATCH", [added("Autocoder.Url", "b")]).status_code == 204
    assert values(properties(keys="Autocoder.*")) == {"Autocoder.Url": "b", "Autocoder.Other": 1}
    assert properties("PATCH", [{"op": "remove", "path": "/Autocoder.Other"}]).status_code == 204
    assert values(properties(keys="Autocoder.*")) == {"Autocoder.Url": "b"}


def test_keys_select_by_name_and_wildcard(properties):
    properties("PATCH", [added("One", "1"), added("Two", "2")])
    assert values(properties(keys="one,T?o")) == {"One": "1", "Two": "2"}
    assert values(properties(keys="O")) == {}
    assert values(properties())["System.Process Template"] == "Agile"


def test_an_extension_reads_them_with_its_scope_and_cannot_write(ado, properties):
    token = ado.create_extension_token(CONTRIBUTOR, ["vso.project"])
    properties("PATCH", [added("One", "1")])
    assert values(properties(token=token, keys="One")) == {"One": "1"}
    assert properties("PATCH", [added("One", "2")], token=token).status_code == 401


def test_only_administrators_of_the_project_write(ado, project, properties):
    token = ado.create_extension_token(CONTRIBUTOR, ["vso.project_write"])
    refused = properties("PATCH", [added("One", "1")], token=token)
    assert (refused.status_code, "TF50309" in refused.json()["message"]) == (403, True)
    ado.add_to_group(CONTRIBUTOR, f"[{project['name']}]\\Project Administrators")
    assert properties("PATCH", [added("One", "1")], token=token).status_code == 204


@pytest.mark.parametrize(
    ("patch", "status"),
    [
        ([], 400),
        ([{"op": "replace", "path": "/One", "value": "1"}], 400),
        ([{"op": "add", "path": "One", "value": "1"}], 400),
        ([{"op": "add", "path": "/One"}], 400),
        ([{"op": "add", "path": "/System.Process Template", "value": "Scrum"}], 501),
    ],
)
def test_a_wrong_patch_is_refused(properties, patch, status):
    assert properties("PATCH", patch).status_code == status
    assert values(properties(keys="One")) == {}


def test_a_patch_declares_its_type(ado, project):
    url = ado.api("", f"projects/{project['id']}/properties")
    answer = httpx.patch(url, params=PREVIEW, json=[added("One", "1")], auth=("", ado.pat))
    assert answer.status_code == 415


def test_the_project_is_named_by_its_id(ado, project):
    url = ado.api("", f"projects/{project['name']}/properties")
    assert httpx.get(url, params=PREVIEW, auth=("", ado.pat)).status_code == 404
