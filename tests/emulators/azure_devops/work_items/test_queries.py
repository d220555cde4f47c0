"""Queries for work items in WIQL."""

import pytest

PROJECT = "Asked"


@pytest.fixture(scope="module")
def numbers(ado):
    ado.create_project(PROJECT, process="Agile")
    made = [
        ado.create_work_item(PROJECT, "Bug", "Crash at start", tags="autocoder; ui"),
        ado.create_work_item(PROJECT, "Task", "Write the manual", tags="autocoders"),
        ado.create_work_item(PROJECT, "User Story", "Sign in"),
    ]
    ado.update_work_item(PROJECT, made[1]["id"], {"Microsoft.VSTS.Common.Priority": 1})
    ado.update_work_item(
        PROJECT, made[2]["id"], {"System.State": "Active", "System.AssignedTo": "Jamal Hartnett"}
    )
    return [item["id"] for item in made]


def ask(http, where: str, rest: str = ""):
    text = f"SELECT [System.Id], [System.Title] FROM workitems WHERE {where} {rest}"
    return http.post(f"{PROJECT}/_apis/wit/wiql", json={"query": text})


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("[System.TeamProject] = @project", {0, 1, 2}),
        ("[System.TeamProject] = 'Elsewhere'", set()),
        ("[System.WorkItemType] = 'Bug' OR [System.WorkItemType] = 'Task'", {0, 1}),
        ("[System.State] = 'New' AND [System.WorkItemType] = 'Bug' OR [System.State] = 'Active'", {0, 2}),
        ("[System.State] = 'New' AND ([System.WorkItemType] = 'Bug' OR [System.State] = 'Active')", {0}),
        ("NOT [System.WorkItemType] = 'Bug'", {1, 2}),
        ("[System.WorkItemType] IN ('Bug', 'User Story')", {0, 2}),
        ("[Work Item Type] NOT IN ('Bug', 'User Story')", {1}),
        ("[System.Tags] CONTAINS 'autocoder'", {0}),
        ("[System.Tags] NOT CONTAINS 'autocoder'", {1, 2}),
        ("[System.Title] CONTAINS 'THE MAN'", {1}),
        ("[Microsoft.VSTS.Common.Priority] < 2", {1}),
        ("[Microsoft.VSTS.Common.Priority] >= 2", {0, 2}),
        ("[System.State] <> 'New'", {2}),
        ("[System.CreatedDate] >= '2026-01-01'", {0, 1, 2}),
        ("[System.CreatedDate] < '2026-01-01'", set()),
        ("[System.AssignedTo] = 'Jamal Hartnett'", {2}),
        ("[System.CreatedBy] = @me", {0, 1, 2}),
        ("[System.Title] = 'It''s'", set()),
    ],
)
def test_conditions_find_what_they_describe(http, numbers, where, expected):
    found = {item["id"] for item in ask(http, where).json()["workItems"]}
    assert found == {numbers[index] for index in expected}


def test_order_by_sorts_by_several_fields(http, numbers):
    answer = ask(
        http, "[System.Id] > 0", "ORDER BY [Microsoft.VSTS.Common.Priority], [System.Title] DESC"
    ).json()
    assert [item["id"] for item in answer["workItems"]] == [numbers[1], numbers[2], numbers[0]]
    assert [column["name"] for column in answer["columns"]] == ["ID", "Title"]


@pytest.mark.parametrize(
    ("where", "words"),
    [
        ("[System.AreaPath] UNDER 'Asked'", "the operator UNDER"),
        ("[System.State] WAS EVER 'New'", "the operator WAS"),
        ("[System.Title] CONTAINS WORDS 'x'", "the value WORDS"),
        ("[System.CreatedDate] > @today", "the value @today"),
        ("[System.CreatedDate] > '1 May 2026'", "the date 1 may 2026"),
        ("[Story Points] > 1", "the field name [Story Points]"),
        ("[System.Tags] = 'autocoder'", "the operator = on System.Tags"),
        ("[System.Id] > 1 ASOF '2026-01-01'", "ASOF"),
        ("[System.State] = 'New", "in WIQL"),
        ("[System.State] =", "a query that ends here"),
    ],
)
def test_the_rest_of_the_language_is_refused_by_name(http, numbers, where, words):
    answer = ask(http, where)
    assert (answer.status_code, words in answer.json()["message"]) == (501, True)


def test_links_between_work_items_are_not_queried(http, numbers):
    text = "SELECT [System.Id] FROM workitemLinks WHERE [System.Id] > 0"
    assert http.post(f"{PROJECT}/_apis/wit/wiql", json={"query": text}).status_code == 501


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("SELECT [System.Id] WHERE [System.Id] > 0", "TF51006"),
        ("SELECT [System.Id] FROM workitems WHERE [System.Nothing] = 1", "TF51005"),
    ],
)
def test_a_wrong_query_is_refused_in_the_words_of_the_service(http, numbers, text, code):
    answer = http.post(f"{PROJECT}/_apis/wit/wiql", json={"query": text})
    assert (answer.status_code, code in answer.json()["message"]) == (400, True)


def test_a_project_without_nodes_has_the_root_path_alone(http, numbers):
    patch = [{"op": "add", "path": "/fields/System.IterationPath", "value": "Asked\\Sprint 1"}]
    headers = {"Content-Type": "application/json-patch+json"}
    answer = http.patch(f"_apis/wit/workitems/{numbers[0]}", json=patch, headers=headers)
    assert (answer.status_code, "TF401347" in answer.json()["message"]) == (400, True)
    patch[0]["value"] = "asked"
    assert http.patch(f"_apis/wit/workitems/{numbers[0]}", json=patch, headers=headers).status_code == 200
