"""What the caller may do, asked as the caller."""

import httpx
import pytest

from emulators.azure_devops.control.client import ADMINISTRATOR, CONTRIBUTOR, VISITOR

PROJECT = "Fabrikam Fiber"
GIT = "2e9eb7ed-3c0a-47d4-87c1-0ffdd275fd87"
PROJECTS = "52d39943-cb85-4d7f-8fa8-c6baac873819"
COLLECTIONS = "3e65f728-f8bc-4ecd-8764-7e378b19bfa7"
CONTRIBUTE, BYPASS, GENERIC_WRITE = 4, 32768, 2


@pytest.fixture
def evaluate(ado):
    """POST evaluations as a person, by an extension's token."""

    def post(person: str, *evaluations: dict, **members) -> httpx.Response:
        headers = {"Authorization": f"Bearer {ado.create_extension_token(person, ['vso.code'])}"}
        url = ado.api("", "security/permissionevaluationbatch?api-version=7.1")
        return httpx.post(url, headers=headers, json={"evaluations": list(evaluations), **members})

    return post


def asked(repository: dict, permissions: int = CONTRIBUTE) -> dict:
    token = f"repoV2/{repository['project']}/{repository['id']}"
    return {"securityNamespaceId": GIT, "token": token, "permissions": permissions}


def values(answer: httpx.Response) -> list[bool]:
    return [evaluation["value"] for evaluation in answer.json()["evaluations"]]


def test_permissions_come_from_groups(evaluate, repository):
    assert values(evaluate(CONTRIBUTOR, asked(repository))) == [True]
    assert values(evaluate(VISITOR, asked(repository))) == [False]


def test_each_evaluation_comes_back_with_its_value(evaluate, repository):
    batch = [asked(repository, 2), asked(repository, 4), asked(repository, 6), asked(repository, 16384)]
    answer = evaluate(VISITOR, *batch)
    assert answer.json() == {
        "evaluations": [
            {**one, "value": value} for one, value in zip(batch, [True, False, False, False], strict=True)
        ]
    }


def test_administrators_alone_edit_what_is_said_of_project_and_organisation(ado, evaluate, repository):
    project = f"$PROJECT:vstfs:///Classification/TeamProject/{repository['project']}"
    batch = [
        {"securityNamespaceId": namespace, "token": token, "permissions": GENERIC_WRITE}
        for namespace, token in ((PROJECTS, project), (COLLECTIONS, "NAMESPACE"))
    ]
    assert values(evaluate(ADMINISTRATOR, *batch)) == [True, True]
    assert values(evaluate(CONTRIBUTOR, *batch)) == [False, False]


def test_a_denial_on_the_repository_counts_for_the_person_who_asks(ado, evaluate, repository):
    ado.grant(CONTRIBUTOR, asked(repository)["token"], deny=CONTRIBUTE)
    assert values(evaluate(CONTRIBUTOR, asked(repository))) == [False]
    other = ado.create_repository(PROJECT, "not denied")
    assert values(evaluate(CONTRIBUTOR, asked(other))) == [True]


def test_administrators_pass_always_only_when_asked_for(evaluate, repository):
    bypass = asked(repository, BYPASS)
    assert values(evaluate(ADMINISTRATOR, bypass, alwaysAllowAdministrators=False)) == [False]
    assert values(evaluate(ADMINISTRATOR, bypass, alwaysAllowAdministrators=True)) == [True]
    assert values(evaluate(CONTRIBUTOR, bypass, alwaysAllowAdministrators=True)) == [False]


def test_names_of_members_match_in_any_case(evaluate, repository):
    lower = {name.lower(): value for name, value in asked(repository).items()}
    assert values(evaluate(CONTRIBUTOR, lower)) == [True]


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"securityNamespaceId": "5a27515b-ccd7-42c9-84f1-54c998f03866"}, 404),
        ({"securityNamespaceId": "git"}, 404),
        ({"token": ""}, 400),
        ({"permissions": "contribute"}, 400),
    ],
)
def test_a_wrong_evaluation_is_refused(evaluate, repository, change, status):
    assert evaluate(CONTRIBUTOR, {**asked(repository), **change}).status_code == status


def test_a_body_without_evaluations_is_refused(evaluate):
    assert evaluate(CONTRIBUTOR, evaluations=None).status_code == 400


def test_the_token_of_an_extension_can_be_refused_by_a_switch(ado, http, evaluate, repository):
    ado.switch(extensionEvaluatesPermissions=False)
    try:
        refused = evaluate(CONTRIBUTOR, asked(repository))
        url = "_apis/security/permissionevaluationbatch"
        accepted = http.post(url, json={"evaluations": [asked(repository)]})
    finally:
        ado.switch(extensionEvaluatesPermissions=True)
    assert (refused.status_code, accepted.status_code) == (401, 200)
    assert values(evaluate(CONTRIBUTOR, asked(repository))) == [True]
