import pytest

from autocoder.models import Budget, Requester, RunRequest
from autocoder.requests.body import RunBody
from autocoder.requests.run_request import Refusal, full_budget, read_request, recheck
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


def test_a_work_item_id_is_enough_if_the_mapping_is_unambiguous():
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


def test_reports_everything_that_the_settings_decide_together():
    body = {"agentType": "hal", "budget": {"usd": 1e6}, "sourceBranchPrefix": "-x", "targetBranch": "a..b"}
    assert fields(read(body)) == {
        "workItemId",
        "agentType",
        "budget.usd",
        "sourceBranchPrefix",
        "targetBranch",
    }


def test_reports_malformed_and_forbidden_values_together():
    body = {
        "labels": "a",
        "agentType": "hal",
        "containerImage": "evil.io/x/y:1",
        "budget": {"usd": 1e6, "turns": "3"},
        "targetBranch": "a..b",
        "colour": 1,
    }
    refusal = read(body)
    assert refusal.status == 400
    assert fields(refusal) == {
        "workItemId", "labels", "agentType", "containerImage", "budget.usd", "budget.turns", "targetBranch",
        "colour",
    }  # fmt: skip


def test_names_each_wrong_field_once():
    body = {"workItemId": "1", "project": 7, "repository": "..", "containerImage": "UPPER CASE"}
    problems = [problem.field for problem in read(body, TWO).problems]
    assert sorted(problems) == ["containerImage", "project", "repository", "workItemId"]


def test_a_prompt_of_the_wrong_type_is_not_a_missing_work_item():
    assert fields(read({"userPrompt": 7})) == {"userPrompt"}


@pytest.mark.parametrize(
    ("body", "field", "message"),
    [
        ({"workItemId": "1"}, "workItemId", "must be a whole number"),
        ({"workItemId": 1.0}, "workItemId", "must be a whole number"),
        ({"workItemId": 2**31}, "workItemId", "must be at most 2147483647"),
        ({"budget": {"minutes": True}}, "budget.minutes", "must be a number"),
        ({"budget": {"usd": "1"}}, "budget.usd", "must be a number"),
        ({"budget": {"tokens": 1.5}}, "budget.tokens", "must be a whole number"),
        ({"budget": {"turns": 0}}, "budget.turns", "must be greater than 0"),
        ({"budget": []}, "budget", "must be a JSON object"),
        ({"createPullRequest": "no"}, "createPullRequest", "must be true or false"),
        ({"createPullRequest": 1}, "createPullRequest", "must be true or false"),
        ({"draft": "yes"}, "draft", "must be true or false"),
        ({"labels": "a"}, "labels", "must be a list of strings"),
        ({"labels": {"a": 1}}, "labels", "must be a list of strings"),
        ({"labels": ["a"] * 21}, "labels", "must have at most 20 entries"),
        ({"reviewers": ["a", 7]}, "reviewers.1", "must be a string"),
        ({"model": 7}, "model", "must be a string"),
        ({"systemPrompt": ""}, "systemPrompt", "must not be empty"),
        ({"additionalContext": "x" * 100_001}, "additionalContext", "must have at most 100000 characters"),
        ({"additionalContext": "\ud800"}, "additionalContext", "must be a string of valid Unicode"),
        ({"template": "../x"}, "template", "must be lower-case letters, digits and hyphens"),
        ({"work_item_id": 5}, "work_item_id", "unknown field (did you mean workItemId?)"),
        ({"WORKITEMID": 5}, "WORKITEMID", "unknown field (did you mean workItemId?)"),
        ({"budget": {"minute": 5}}, "budget.minute", "unknown field (did you mean minutes?)"),
        ({"budget": {"x": 5}}, "budget.x", "unknown field; known: minutes, usd, tokens, turns"),
    ],
)
def test_says_in_plain_words_what_a_field_must_be(body, field, message):
    refusal = read({"workItemId": 5, **body})
    assert [(one.field, one.message) for one in refusal.problems] == [(field, message)]


def test_a_lone_surrogate_as_a_name_is_an_unknown_field():
    refusal = read({"workItemId": 5, "\ud800": 1, "budget": {"\udfff": 1}})
    assert fields(refusal) == {"?", "budget.?"}


def test_a_body_as_deep_as_json_allows_is_refused_like_any_other():
    deep = {}
    for _ in range(10_000):
        deep = {"a": deep}
    assert fields(read({"workItemId": 5, "budget": deep, "project": deep})) == {"budget.a", "project"}


def test_no_message_mentions_python_types():
    every = {name: {} for name in RunBody.model_json_schema()["properties"]}
    assert not any(word in read(every).message for word in ("Input", "tuple", "dictionary", "instance"))


@pytest.mark.parametrize("body", [None, [], "text", 5])
def test_a_body_that_is_not_an_object_is_refused(body):
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


@pytest.mark.parametrize("branch", ["--upload-pack=x", "a b", "../x", "a\nb", "refs/heads/main", "x" * 300])
def test_a_branch_that_git_does_not_allow_or_could_misread_is_refused(branch):
    refusal = read({"workItemId": 5, "targetBranch": branch, "baseBranch": branch})
    assert (refusal.status, fields(refusal)) == (400, {"targetBranch", "baseBranch"})


def test_says_what_is_wrong_with_a_name():
    refusal = read({"workItemId": 5, "baseBranch": "a..b", "repository": "_web"})
    assert refusal.message == (
        "baseBranch: is not a valid branch name: it contains ..; "
        "repository: is not a valid repository name: it begins with _"
    )


@pytest.mark.parametrize(
    "branch",
    ["feature/größe", "étab", "release/(v2)", "bugfix/it's&more", "users/me/v1=a", "fix/#12", "100%"],
)
def test_branches_that_azure_repos_accepts_are_accepted(branch):
    request = read({"workItemId": 5, "targetBranch": branch, "baseBranch": branch})
    assert (request.target_branch, request.base_branch) == (branch, branch)


def test_projects_and_repositories_that_azure_devops_accepts_are_accepted():
    mapped = read_settings({**ENVIRONMENT, "PROJECT_REPO_MAP": '{"R&D 100% it\'s": "tidy (v2)"}'})
    for body in ({}, {"project": "R&D 100% it's"}, {"project": "r&d 100% IT'S", "repository": "tidy (v2)"}):
        request = read({"workItemId": 5, **body}, mapped)
        assert request.repository == "tidy (v2)"


@pytest.mark.parametrize("name", ["a/b", "..", "a?b", "x" * 65, "a\nb"])
def test_a_repository_name_is_not_a_path(name):
    assert fields(read({"workItemId": 5, "repository": name})) == {"repository"}


def test_a_budget_is_filled_from_the_ceilings():
    budget = full_budget(Budget(usd=1), Budget(minutes=2, usd=3), SETTINGS)
    assert (budget.usd, budget.minutes, budget.turns) == (1, 2, SETTINGS.max_run_turns)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"ALLOWED_IMAGE_REGISTRIES": "other.azurecr.io"}, "containerImage"),
        ({"ALLOWED_ORGANIZATIONS": "other"}, "organization"),
    ],
)
def test_a_request_that_is_no_longer_allowed_is_refused(changes, field):
    request = read({"workItemId": 5, "containerImage": "contoso.azurecr.io/build:1"})
    assert recheck(request, SETTINGS) is None
    refusal = recheck(request, read_settings({**ENVIRONMENT, **changes}))
    assert (refusal.status, refusal.code) == (403, "not_allowed")
    assert fields(refusal) == {field}
