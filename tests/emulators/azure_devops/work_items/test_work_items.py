"""Work items: patches, revisions, updates, comments, attachments, states."""

import json
from pathlib import Path

import httpx
import pytest

from emulators.azure_devops.control.client import CONTRIBUTOR, AzureDevOps

PROJECT = "Fabrikam Fiber"
PATCH = {"Content-Type": "application/json-patch+json"}
UPDATE_SAMPLE = Path(__file__).parents[3] / "samples" / "azure-devops" / "update.json"


@pytest.fixture
def item(ado: AzureDevOps) -> dict:
    return ado.create_work_item(PROJECT, "Bug", "Crash on save", tags="p1")


def patch(http: httpx.Client, number: int, *operations, **query) -> httpx.Response:
    content = json.dumps(list(operations))
    return http.patch(f"_apis/wit/workitems/{number}", content=content, headers=PATCH, params=query)


def add(field: str, value, op: str = "add") -> dict:
    return {"op": op, "path": f"/fields/{field}", "value": value}


def test_a_new_work_item_has_the_defaults_of_its_type(item):
    fields = item["fields"]
    assert (item["rev"], fields["System.State"], fields["Microsoft.VSTS.Common.Priority"]) == (1, "New", 2)
    assert fields["System.CreatedBy"]["uniqueName"] == "fabrikamfiber16@hotmail.com"
    assert "System.Id" not in fields


@pytest.mark.parametrize(
    ("process", "kind", "states"),
    [
        ("Agile", "User Story", ["New", "Active", "Resolved", "Closed", "Removed"]),
        ("Scrum", "Product Backlog Item", ["New", "Approved", "Committed", "Done", "Removed"]),
        ("Basic", "Issue", ["To Do", "Doing", "Done"]),
        ("CMMI", "Requirement", ["Proposed", "Active", "Resolved", "Closed"]),
    ],
)
def test_every_process_has_its_states(http, ado, process, kind, states):
    ado.create_project(process, process=process)
    answer = http.get(f"{process}/_apis/wit/workitemtypes/{kind}/states").json()
    assert [state["name"] for state in answer["value"]] == states


def test_expand_all_shows_hidden_fields_and_relations(http, item):
    patch(http, item["id"], relation("Hyperlink", "https://example.com/"))
    whole = http.get(f"_apis/wit/workitems/{item['id']}?$expand=all").json()
    assert whole["fields"]["System.Id"] == item["id"]
    assert whole["relations"][0]["url"] == "https://example.com/"
    assert "relations" not in http.get(f"_apis/wit/workitems/{item['id']}").json()


def relation(rel: str, url: str, **attributes) -> dict:
    return {"op": "add", "path": "/relations/-", "value": {"rel": rel, "url": url, "attributes": attributes}}


def test_fields_limit_what_is_shown(http, item):
    body = http.get(f"_apis/wit/workitems/{item['id']}?fields=System.Id,System.Title").json()
    assert body["fields"] == {"System.Id": item["id"], "System.Title": "Crash on save"}


def test_lists_and_batches_give_the_items_in_order(http, item, ado):
    second = ado.create_work_item(PROJECT, "Task", "Second")["id"]
    ids = [second, item["id"]]
    listed = http.get(f"_apis/wit/workitems?ids={second},{item['id']}").json()
    batch = http.post("_apis/wit/workitemsbatch", json={"ids": ids, "fields": ["System.Title"]}).json()
    assert [one["id"] for one in listed["value"]] == [one["id"] for one in batch["value"]] == ids
    assert batch["value"][0]["fields"] == {"System.Title": "Second"}
    assert http.get("_apis/wit/workitems?ids=999999").status_code == 404
    assert http.get("_apis/wit/workitems?ids=999999&errorPolicy=omit").json()["value"] == [None]


def test_a_list_or_batch_has_no_more_than_200_items(http, item):
    ids = [item["id"]] * 200
    assert http.get("_apis/wit/workitems", params={"ids": ",".join(map(str, ids))}).json()["count"] == 200
    assert http.post("_apis/wit/workitemsbatch", json={"ids": ids}).json()["count"] == 200
    ids.append(item["id"])
    assert http.get("_apis/wit/workitems", params={"ids": ",".join(map(str, ids))}).status_code == 400
    assert http.post("_apis/wit/workitemsbatch", json={"ids": ids}).status_code == 400


def test_artifact_links_to_branches_and_pull_requests_come_with_the_relations(http, item):
    place = "6ce954b1-ce1f-45d1-b94d-e6bf2464ba2c%2f5febef5a-833d-4e14-b9c0-14cb638f91e6"
    links = {
        f"vstfs:///Git/Ref/{place}%2fGBfeature%2fgr%c3%b6%c3%9fe": "Branch",
        f"vstfs:///Git/PullRequestId/{place}%2f7": "Pull Request",
    }
    patch(http, item["id"], *(relation("ArtifactLink", url, name=name) for url, name in links.items()))
    query = {"ids": item["id"], "$expand": "relations", "errorPolicy": "omit"}
    listed = http.get("_apis/wit/workitems", params=query).json()["value"][0]
    body = {"ids": [item["id"]], "$expand": "relations"}
    batch = http.post("_apis/wit/workitemsbatch", json=body).json()["value"][0]
    for shown in (listed, batch):
        found = {one["url"]: one["attributes"]["name"] for one in shown["relations"]}
        assert found == links
        assert {one["rel"] for one in shown["relations"]} == {"ArtifactLink"}


@pytest.mark.parametrize(("group", "kind"), [("Areas", "area"), ("iterations", "iteration")])
def test_the_root_of_areas_and_iterations_is_read(http, group, kind):
    node = http.get(f"{PROJECT}/_apis/wit/classificationnodes/{group}", params={"$depth": 14}).json()
    shown = (node["name"], node["structureType"], node["hasChildren"], node["path"])
    assert shown == (PROJECT, kind, False, f"\\{PROJECT}\\{kind.capitalize()}")
    assert "children" not in node


def test_there_are_no_other_groups_of_nodes(http):
    assert http.get(f"{PROJECT}/_apis/wit/classificationnodes/teams").status_code == 404


def test_a_stale_revision_is_refused_with_412(http, item):
    answer = patch(http, item["id"], {"op": "test", "path": "/rev", "value": 9}, add("System.Title", "x"))
    assert answer.status_code == 412
    assert answer.json()["typeKey"] == "TestPatchOperationFailedException"
    assert answer.json()["message"].startswith("VS403351: Test Operation for path /rev failed")
    assert http.get(f"_apis/wit/workitems/{item['id']}").json()["rev"] == 1


def test_adding_tags_joins_them_and_replacing_replaces_them(http, item):
    joined = patch(http, item["id"], add("System.Tags", "autocoder; P1")).json()
    assert joined["fields"]["System.Tags"] == "autocoder; p1"
    replaced = patch(http, item["id"], add("System.Tags", "only", op="replace")).json()
    assert replaced["fields"]["System.Tags"] == "only"
    removed = patch(http, item["id"], {"op": "remove", "path": "/fields/System.Tags"}).json()
    assert "System.Tags" not in removed["fields"]


def test_no_more_than_a_hundred_tags(http, item):
    many = "; ".join(f"tag{number}" for number in range(101))
    assert patch(http, item["id"], add("System.Tags", many)).status_code == 400


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("System.State", "Nonsense", "not in the list of supported values"),
        ("System.Title", "", "InvalidEmpty"),
        ("System.Title", "x" * 256, "InvalidTooLong"),
        ("System.Description", "x" * 1_000_001, "InvalidTooLong"),
        ("System.AssignedTo", "nobody@example.com", "unknown identity"),
        ("System.Rev", 7, "ReadOnly"),
        ("System.CreatedBy", CONTRIBUTOR, "ReadOnly"),
        ("nofield", "x", "TF51535: Cannot find field nofield."),
        ("System.Titel", "x", "TF51535: Cannot find field System.Titel."),
        ("Microsoft.VSTS.Common.Nothing", "x", "TF51535"),
        ("Ours.Field", "x", "TF51535"),
        ("Custom.Fie-ld", "x", "TF51535"),
    ],
)
def test_a_rule_that_is_broken_is_named(http, item, field, value, words):
    answer = patch(http, item["id"], add(field, value))
    assert answer.status_code == 400
    assert words in answer.json()["message"]


def test_rules_about_who_created_it_may_be_bypassed(http, item):
    answer = patch(http, item["id"], add("System.CreatedBy", CONTRIBUTOR), bypassRules="true")
    assert answer.json()["fields"]["System.CreatedBy"]["uniqueName"] == CONTRIBUTOR


@pytest.mark.parametrize(
    "body", ["", "{}", "[]", "[1]", '[{"op":"jump","path":"/fields/System.Title"}]', "nope"]
)
def test_a_body_that_is_not_a_patch_document_is_refused(http, item, body):
    answer = http.patch(f"_apis/wit/workitems/{item['id']}", content=body, headers=PATCH)
    assert (answer.status_code, answer.json()["typeKey"]) == (400, "VssPropertyValidationException")


def test_a_patch_needs_its_own_content_type(http, item):
    answer = http.patch(f"_apis/wit/workitems/{item['id']}", json=[])
    assert answer.json()["typeKey"] == "VssRequestContentTypeNotSupportedException"


def test_a_patch_that_changes_nothing_makes_no_revision(http, item):
    assert patch(http, item["id"], add("System.Title", "Crash on save")).json()["rev"] == 1


def test_a_missing_work_item_is_tf401232(http):
    answer = http.get("_apis/wit/workitems/99999")
    assert answer.status_code == 404
    assert answer.json()["message"].startswith("TF401232: Work item 99999 does not exist")


def test_updates_hold_changes_with_old_and_new_value(http, item):
    patch(http, item["id"], add("System.State", "Active"), add("System.Tags", "autocoder"))
    updates = http.get(f"_apis/wit/workItems/{item['id']}/updates").json()["value"]
    second = http.get(f"_apis/wit/workItems/{item['id']}/updates/2").json()
    assert [update["id"] for update in updates] == [1, 2]
    assert second["fields"]["System.State"] == {"oldValue": "New", "newValue": "Active"}
    assert second["fields"]["System.Tags"] == {"oldValue": "p1", "newValue": "autocoder; p1"}
    assert "oldValue" not in updates[0]["fields"]["System.Title"]
    assert second["revisedBy"]["id"] and second["workItemId"] == item["id"]
    assert set(json.loads(UPDATE_SAMPLE.read_text())) - {"relations"} <= set(second)


def test_revisions_keep_earlier_values(http, item):
    patch(http, item["id"], add("System.Title", "Another"))
    first = http.get(f"_apis/wit/workItems/{item['id']}/revisions/1").json()
    assert first["fields"]["System.Title"] == "Crash on save"


def test_links_are_added_once_and_removed_by_index(http, item):
    link = relation("Hyperlink", "https://example.com/a")
    assert patch(http, item["id"], link).json()["relations"][0]["attributes"]["id"]
    again = patch(http, item["id"], link)
    assert (again.status_code, again.json()["message"]) == (400, "Relation already exists.")
    removed = patch(http, item["id"], {"op": "remove", "path": "/relations/0"})
    assert "relations" not in removed.json()


def test_a_field_may_be_markdown_from_7_2_on(http, item):
    operations = [add("System.Description", "**b**"), add("x", "x")]
    operations[1] = {"op": "add", "path": "/multilineFieldsFormat/System.Description", "value": "Markdown"}
    answer = patch(http, item["id"], *operations, **{"api-version": "7.2-preview.3"}).json()
    assert answer["multilineFieldsFormat"]["System.Description"] == "markdown"
    assert "multilineFieldsFormat" not in http.get(f"_apis/wit/workitems/{item['id']}").json()


def test_queries_find_by_tag_and_state(http, ado):
    ado.create_project("Queried")
    number = ado.create_work_item("Queried", "Bug", "One", tags="autocoder")["id"]
    ado.create_work_item("Queried", "Bug", "Two", tags="autocoders")
    where = "[System.Tags] CONTAINS 'autocoder' AND [System.State] <> 'Closed'"
    query = f"SELECT [System.Id] FROM WorkItems WHERE [System.TeamProject] = @project AND {where}"
    answer = http.post("Queried/_apis/wit/wiql", json={"query": query}).json()
    assert [found["id"] for found in answer["workItems"]] == [number]
    assert [tag["name"] for tag in http.get("Queried/_apis/wit/tags").json()["value"]] == [
        "autocoder",
        "autocoders",
    ]


@pytest.mark.parametrize(
    "name", ["Custom.Team_Field", "custom.other", "microsoft.vsts.common.backlogPriority"]
)
def test_a_field_that_a_process_may_have_is_kept(http, item, name):
    answer = patch(http, item["id"], add(name, "7"))
    assert answer.json()["fields"][name] == "7"


def test_an_unknown_field_is_refused_with_the_services_error(http, item):
    paths = [
        f"_apis/wit/workitems/{item['id']}?fields=System.Nothing",
        "_apis/wit/workitems?ids=1&fields=a.b",
    ]
    answers = [http.get(path) for path in paths]
    body = {"ids": [item["id"]], "fields": ["System.Id", "System.Nothing"]}
    answers += [http.post("_apis/wit/workitemsbatch", json=body)]
    for answer in (*answers, patch(http, item["id"], add("System.Nothing", "x"))):
        error = answer.json()
        assert (answer.status_code, error["eventId"]) == (400, 3200)
        assert error["typeKey"] == "WorkItemTrackingFieldDefinitionNotFoundException"
        namespace = "Microsoft.TeamFoundation.WorkItemTracking.Server"
        assert error["typeName"] == f"{namespace}.{error['typeKey']}, {namespace}"


def test_comments_are_paged_edited_and_deleted(http, ado, item):
    path = f"{PROJECT}/_apis/wit/workItems/{item['id']}/comments"
    preview = {"api-version": "7.1-preview.4"}
    made = [http.post(path, json={"text": f"Comment {n}"}, params=preview).json() for n in range(3)]
    first = http.get(path, params={**preview, "$top": 2}).json()
    rest = http.get(
        path, params={**preview, "$top": 2, "continuationToken": first["continuationToken"]}
    ).json()
    assert [c["text"] for c in first["comments"] + rest["comments"]] == [
        "Comment 2",
        "Comment 1",
        "Comment 0",
    ]
    assert "continuationToken" not in rest
    edited = http.patch(f"{path}/{made[0]['id']}", json={"text": "Edited"}, params=preview).json()
    assert (edited["text"], edited["version"]) == ("Edited", 2)
    gone = f"{path}/{made[1]['id']}"
    deleted = http.delete(gone, params=preview)
    assert (deleted.status_code, deleted.json()["isDeleted"], deleted.json()["version"]) == (200, True, 2)
    assert http.get(path, params=preview).json()["totalCount"] == 2
    assert http.get(path, params={**preview, "includeDeleted": "true"}).json()["totalCount"] == 3
    assert http.get(gone, params=preview).status_code == 404
    assert http.get(gone, params={**preview, "includeDeleted": "true"}).json()["isDeleted"]
    assert http.patch(gone, json={"text": "Back"}, params=preview).json()["isDeleted"]


def test_a_comment_is_a_revision_and_editing_one_is_not(http, ado, item):
    comment = ado.add_comment(PROJECT, item["id"], "Hello")
    path = f"{PROJECT}/_apis/wit/workItems/{item['id']}/comments/{comment['id']}"
    http.patch(path, json={"text": "Hello again"}, params={"api-version": "7.1-preview.4"})
    now = ado.work_item(PROJECT, item["id"])
    assert (now["rev"], now["fields"]["System.CommentCount"]) == (2, 1)


def test_a_comment_is_markdown_when_7_2_says_so(http, item):
    path = f"{PROJECT}/_apis/wit/workItems/{item['id']}/comments"
    query = {"api-version": "7.2-preview.4", "format": "0"}
    made = http.post(path, json={"text": "**bold** <b>x</b>"}, params=query).json()
    rendered = {"api-version": "7.2-preview.4", "$expand": "renderedText"}
    answer = http.get(f"{path}/{made['id']}", params=rendered).json()
    assert answer["format"] == "markdown"
    assert answer["renderedText"] == "<p><strong>bold</strong> &lt;b&gt;x&lt;/b&gt;</p>\n"


def test_html_comments_are_removed_from_comments(http, item):
    path = f"{PROJECT}/_apis/wit/workItems/{item['id']}/comments"
    answer = http.post(path, json={"text": "seen<!-- marker -->"}, params={"api-version": "7.1-preview.4"})
    assert answer.json()["text"] == "seen"


def test_only_its_author_changes_a_comment(server, ado, item):
    comment = ado.add_comment(PROJECT, item["id"], "Mine")
    with AzureDevOps(server.url, person=CONTRIBUTOR) as other:
        url = ado.api(PROJECT, f"wit/workItems/{item['id']}/comments/{comment['id']}")
        answer = httpx.patch(
            url, json={"text": "x"}, params={"api-version": "7.1-preview.4"}, auth=("", other.pat)
        )
    assert answer.status_code == 403


def test_attachments_come_back_as_they_were(http):
    content = bytes(range(256))
    made = http.post(f"{PROJECT}/_apis/wit/attachments?fileName=a b.png", content=content)
    assert made.status_code == 201
    back = http.get(made.json()["url"])
    assert (back.content, back.headers["content-type"]) == (content, "application/octet-stream")


@pytest.mark.parametrize("name", ["..%2F..%2Fidentity%2Fsigning.key", "00000000-0000-0000-0000-000000000000"])
def test_nothing_but_attachments_can_be_downloaded(http, name):
    assert http.get(f"_apis/wit/attachments/{name}").status_code == 404


@pytest.mark.parametrize("title", ['"; rm -rf / #', "🚀" * 100, "two\nlines", "<script>alert(1)</script>"])
def test_odd_titles_stay_as_they_are(ado, title):
    number = ado.create_work_item(PROJECT, "Task", title)["id"]
    assert ado.work_item(PROJECT, number)["fields"]["System.Title"] == title
