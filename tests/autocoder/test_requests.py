import pytest

from autocoder.models import Budget, Requester, RunRequest
from autocoder.requests import Refusal, full_budget, read_request
from autocoder.settings import read_settings

ENVIRONMENT = {
    "AZURE_DEVOPS_ORG_URL": "https://dev.azure.com/contoso",
    "KEY_VAULT_URL": "https://v.vault.azure.net",
    "AZURE_SUBSCRIPTION_ID": "s",
    "CONTAINER_RESOURCE_GROUP": "g",
    "CONTAINER_LOCATION": "westeurope",
    "IMAGE_REGISTRY": "contoso.azurecr.io",
    "PUBLIC_URL": "https://app.azurewebsites.net",
    "BLOB_URL": "https://s.blob.core.windows.net",
    "TABLE_URL": "https://s.table.core.windows.net",
    "PROJECT_REPO_MAP": '{"Web": "site"}',
}
SETTINGS = read_settings(ENVIRONMENT)
TWO = read_settings({**ENVIRONMENT, "PROJECT_REPO_MAP": '{"Web": ["a", "b"], "Tools": "cli"}'})


def read(body, settings=SETTINGS):
    return read_request(body, settings, {"claude", "codex"}, Requester())


def fields(refusal):
    assert isinstance(refusal, Refusal)
    return {problem.field for problem in refusal.problems}


def test_a_work_item_id_is_enough_where_the_mapping_is_clear():
    request = read({"workItemId": 5})
    assert isinstance(request, RunRequest)
    assert (request.organization, request.project, request.repository) == ("contoso", "Web", "site")
    assert request.agent_type is None


def test_asks_which_repository_when_the_mapping_is_ambiguous():
    assert fields(read({"workItemId": 5}, TWO)) == {"project"}
    refusal = read({"workItemId": 5, "project": "web"}, TWO)
    assert fields(refusal) == {"repository"}
    assert "a, b" in refusal.message


def test_names_every_wrong_field_at_once():
    body = {"workItemId": "x", "budget": {"usd": -1, "euro": 2}, "colour": 1, "createPullRequest": "perhaps"}
    refusal = read(body)
    assert refusal.status == 400
    assert fields(refusal) == {"workItemId", "budget.usd", "budget.euro", "colour", "createPullRequest"}


def test_lists_what_only_the_settings_can_tell_at_once():
    body = {"agentType": "hal", "budget": {"usd": 1e6}, "sourceBranchPrefix": "-x", "targetBranch": "a..b"}
    assert fields(read(body)) == {
        "workItemId",
        "agentType",
        "budget.usd",
        "sourceBranchPrefix",
        "targetBranch",
    }


@pytest.mark.parametrize("body", [None, [], "text", 5])
def test_a_body_that_is_no_object_is_refused(body):
    assert read(body).status == 400


@pytest.mark.parametrize("number", [0, -1, 2**40, 1.5, True])
def test_a_work_item_id_must_be_one(number):
    assert fields(read({"workItemId": number})) == {"workItemId"}


def test_an_organisation_or_registry_that_is_not_allowed_is_forbidden():
    body = {"workItemId": 5, "organization": "evil", "containerImage": "evil.io/x/y:1"}
    refusal = read(body)
    assert refusal.status == 403
    assert fields(refusal) == {"organization", "containerImage"}
    assert isinstance(read({"workItemId": 5, "containerImage": "contoso.azurecr.io/build:1"}), RunRequest)


def test_a_registry_is_matched_as_a_whole():
    assert read({"workItemId": 5, "containerImage": "contoso.azurecr.io.evil.io/x:1"}).status == 403


@pytest.mark.parametrize("branch", ["--upload-pack=x", "a b", "../x", "a\nb", "$(id)", "x" * 300])
def test_a_branch_that_git_or_a_shell_could_misread_is_refused(branch):
    assert fields(read({"workItemId": 5, "targetBranch": branch})) == {"targetBranch"}


@pytest.mark.parametrize("name", ["a/b", "..", "a?b", "x" * 65, "a\nb"])
def test_a_repository_name_is_no_path(name):
    assert fields(read({"workItemId": 5, "repository": name})) == {"repository"}


def test_a_budget_is_filled_from_the_ceilings():
    budget = full_budget(Budget(usd=1), Budget(minutes=2, usd=3), SETTINGS)
    assert (budget.usd, budget.minutes, budget.turns) == (1, 2, SETTINGS.max_run_turns)
