"""Refs over the REST API, and the names that a repository may have."""

import httpx
import pytest

from emulators.azure_devops.control.client import CONTRIBUTOR
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


@pytest.fixture(scope="module")
def many(ado, tmp_path_factory) -> str:
    """The refs of a repository with 5,000 branches besides main."""
    folder = tmp_path_factory.mktemp("many") / "work"
    folder.mkdir()
    git("init", "-q", "-b", "main", cwd=folder)
    git("commit", "-q", "--allow-empty", "-m", "Begin", cwd=folder)
    tip = git("rev-parse", "HEAD", cwd=folder).stdout.strip()
    lines = [f"{tip} refs/heads/feature/{number:04d}" for number in range(5000)]
    (folder / ".git" / "packed-refs").write_text("# pack-refs with: sorted\n" + "\n".join(lines) + "\n")
    repository = ado.import_repository(PROJECT, "many branches", folder)
    return f"{PROJECT}/_apis/git/repositories/{repository['id']}/refs"


def test_five_thousand_branches_are_found_by_parts_of_their_name(http, many):
    found = http.get(many, params={"filter": "heads/", "filterContains": "E/499", "$top": 100})
    names = [ref["name"] for ref in found.json()["value"]]
    assert names == [f"refs/heads/feature/499{last}" for last in range(10)]
    assert "x-ms-continuationtoken" not in found.headers


def test_five_thousand_branches_come_in_pages(http, many):
    names, token = [], None
    while token != "":
        query = {"filter": "heads/", "$top": 1000, **({"continuationToken": token} if token else {})}
        answer = http.get(many, params=query)
        names += [ref["name"] for ref in answer.json()["value"]]
        token = answer.headers.get("x-ms-continuationtoken", "")
    assert len(names) == len(set(names)) == 5001
    assert names == sorted(names)


def test_a_repository_without_branches_has_no_default_branch_and_no_refs(http, ado):
    made = ado.create_repository(PROJECT, "no branches")
    listed = http.get(f"{PROJECT}/_apis/git/repositories").json()["value"]
    shown = next(one for one in listed if one["id"] == made["id"])
    assert (shown["name"], shown["size"], "defaultBranch" in shown) == ("no branches", 0, False)
    refs = http.get(f"{PROJECT}/_apis/git/repositories/{made['id']}/refs", params={"filter": "heads/"})
    assert (refs.status_code, refs.json()) == (200, {"count": 0, "value": []})


def test_repositories_that_a_person_may_not_read_are_left_out(http, ado):
    made = ado.create_repository(PROJECT, "hidden")
    ado.grant(CONTRIBUTOR, f"repoV2/{made['project']}/{made['id']}", deny=2)
    headers = {"Authorization": f"Bearer {ado.create_extension_token(CONTRIBUTOR, ['vso.code'])}"}
    url = ado.api(PROJECT, "git/repositories?api-version=7.1")
    ids = [one["id"] for one in httpx.get(url, headers=headers).json()["value"]]
    assert ids
    assert made["id"] not in ids
    assert (
        httpx.get(ado.api(PROJECT, f"git/repositories/{made['id']}/refs"), headers=headers).status_code == 404
    )


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
