"""Refs over the REST API, and the names that a repository may have."""

import pytest

from tests.emulators.azure_devops.conftest import git

PROJECT = "Fabrikam Fiber"


@pytest.fixture
def refs(ado, work_tree, request) -> str:
    for name in ("one", "two", "three"):
        git("branch", name, cwd=work_tree)
    git("tag", "-a", "v1", "-m", "First", cwd=work_tree)
    git("tag", "light", cwd=work_tree)
    repository = ado.import_repository(PROJECT, request.node.name, work_tree)
    return f"{PROJECT}/_apis/git/repositories/{repository['id']}/refs"


def test_refs_come_in_pages_that_follow_each_other(http, refs):
    first = http.get(refs, params={"filter": "heads/", "$top": 3})
    token = first.headers["x-ms-continuationtoken"]
    second = http.get(refs, params={"filter": "heads/", "$top": 3, "continuationToken": token})
    names = [ref["name"] for answer in (first, second) for ref in answer.json()["value"]]
    assert names == ["refs/heads/main", "refs/heads/one", "refs/heads/three", "refs/heads/two"]
    assert "x-ms-continuationtoken" not in second.headers


def test_annotated_tags_are_peeled_where_asked_for(http, refs):
    main = http.get(refs, params={"filter": "heads/main"}).json()["value"][0]["objectId"]
    tags = http.get(refs, params={"filter": "tags/", "peelTags": "true"}).json()["value"]
    assert {tag["name"]: tag.get("peeledObjectId") for tag in tags} == {
        "refs/tags/light": None,
        "refs/tags/v1": main,
    }
    assert all("peeledObjectId" not in ref for ref in http.get(refs).json()["value"])


def test_statuses_of_refs_are_not_covered(http, refs):
    assert http.get(refs, params={"includeStatuses": "true"}).status_code == 501
    assert http.get(refs, params={"includeStatuses": "false"}).status_code == 200


@pytest.mark.parametrize(
    "name", ["_hidden", ".dot", "dot.", "a:b", "a\\b", "x" * 65, "new\nline", "a[0]", "", "a|b"]
)
def test_a_forbidden_repository_name_is_refused(http, name):
    answer = http.post(f"{PROJECT}/_apis/git/repositories", json={"name": name})
    assert (answer.status_code, "TF401025" in answer.json()["message"]) == (400, True)


def test_a_fork_is_not_covered(http):
    body = {"name": "fork", "parentRepository": {"id": "x"}}
    assert http.post(f"{PROJECT}/_apis/git/repositories", json=body).status_code == 501
