"""Pull requests: creating, linking, merging, discussing."""

import json
import time
from pathlib import Path

import httpx
import pytest

from emulators.azure_devops.control.client import ADMINISTRATOR, CONTRIBUTOR, VISITOR
from emulators.azure_devops.policy import models as policies
from tests.emulators.azure_devops.conftest import commit, git, with_pat

PROJECT = "Fabrikam Fiber"
SAMPLES = Path(__file__).parents[3] / "samples" / "azure-devops"
ERRORS = json.loads((SAMPLES / "errors.json").read_text())


@pytest.fixture
def pushed(ado, repository, work_tree) -> Path:
    """The work tree with a branch `topic` that changes two files and is pushed."""
    git(
        "remote",
        "add",
        "origin",
        with_pat(ado.clone_url(PROJECT, repository["name"]), ado.pat),
        cwd=work_tree,
    )
    git("checkout", "-q", "-b", "topic", cwd=work_tree)
    commit(work_tree, "src/app.py", "def answer():\n    return 42\n", "Answer right")
    git("push", "-q", "origin", "topic", cwd=work_tree)
    return work_tree


def body(**more) -> dict:
    branches = {"sourceRefName": "refs/heads/topic", "targetRefName": "refs/heads/main"}
    return {**branches, "title": "Answer right", "description": "Because", **more}


@pytest.fixture
def path(repository) -> str:
    return f"{PROJECT}/_apis/git/repositories/{repository['id']}/pullrequests"


@pytest.fixture
def pull(http, pushed, path) -> dict:
    made = http.post(path, json=body())
    assert made.status_code == 201, made.text
    return merged(http, made.json())


def merged(http: httpx.Client, pull: dict) -> dict:
    """The pull request as soon as its merge was attempted."""
    for _ in range(200):
        now = http.get(pull["url"]).json()
        if now["mergeStatus"] != "queued":
            return now
        time.sleep(0.01)
    raise AssertionError("the merge was never attempted")


def test_a_new_pull_request_has_the_documented_shape(http, pushed, path):
    made = http.post(
        path, json=body(reviewers=[{"id": reviewer(http)}], labels=[{"name": "ai-generated"}], isDraft=True)
    )
    assert made.status_code == 201
    sample, shown = json.loads((SAMPLES / "pull_request.json").read_text()), made.json()
    sample.pop("lastMergeCommit", None)
    assert set(sample) <= set(shown)
    assert set(sample["reviewers"][0]) <= set(shown["reviewers"][0])
    assert (shown["mergeStatus"], shown["status"], shown["isDraft"]) == ("queued", "active", True)
    assert shown["labels"][0]["name"] == "ai-generated"
    assert merged(http, shown)["mergeStatus"] == "succeeded"


def reviewer(http, person: str = CONTRIBUTOR) -> str:
    query = {"searchFilter": "MailAddress", "filterValue": person}
    return http.get("_apis/identities", params=query).json()["value"][0]["id"]


def test_a_second_one_for_the_same_branches_is_refused(http, pull, path):
    answer = http.post(path, json=body())
    assert (answer.status_code, answer.json()) == (409, ERRORS["pr_exists_409"]["body"])


def test_a_description_over_4000_characters_is_refused(http, pushed, path):
    answer = http.post(path, json=body(description="x" * 4001))
    assert (answer.status_code, answer.json()) == (400, ERRORS["pr_description_too_long_400"]["body"])
    assert http.post(path, json=body(description="x" * 4000)).status_code == 201


def test_characters_are_counted_as_utf_16_has_them(http, pushed, path):
    assert http.post(path, json=body(description="🚀" * 2001)).status_code == 400
    assert http.post(path, json=body(title="🚀" * 201)).status_code == 400
    assert http.post(path, json=body(title="🚀" * 200, description="🚀" * 2000)).status_code == 201


@pytest.mark.parametrize("ref", ["refs/heads/gone", "topic", "refs/heads/../../x", "", None, 7])
def test_a_missing_branch_is_tf401398(http, pushed, path, ref):
    answer = http.post(path, json=body(sourceRefName=ref))
    assert answer.status_code == 400
    assert answer.json()["message"].startswith("TF401398")


@pytest.mark.parametrize(
    "wrong",
    [{"title": ""}, {"title": "x" * 401}, {"title": None}, {"targetRefName": "refs/heads/topic"},
     {"reviewers": [{"id": "nobody"}]}, {"labels": [{"name": " "}]}, {"workItemRefs": [{"id": "x"}]}],
)  # fmt: skip
def test_a_wrong_body_creates_no_pull_request(http, pushed, path, wrong):
    assert http.post(path, json=body(**wrong)).status_code == 400
    assert http.get(f"{path}?searchCriteria.status=all").json()["count"] == 0


def test_a_reader_may_not_create_a_pull_request(ado, pushed, path):
    visitor = ("", ado.create_pat("visitor-pulls", VISITOR))
    answer = httpx.post(f"{ado.url}/{ado.organization}/{path}?api-version=7.1", json=body(), auth=visitor)
    assert answer.status_code == 403
    assert "TF401027: You need the Git 'PullRequestContribute' permission" in answer.json()["message"]


def test_a_reference_to_a_work_item_links_both(http, ado, pushed, path, repository):
    item = ado.create_work_item(PROJECT, "Bug", "Wrong answer")
    made = http.post(path, json=body(workItemRefs=[{"id": str(item["id"])}])).json()
    linked = ado.work_item(PROJECT, item["id"])
    assert linked["relations"][0]["url"].lower() == made["artifactId"].lower()
    assert linked["relations"][0]["attributes"]["name"] == "Pull Request"
    refs = http.get(f"{made['url']}/workitems").json()["value"]
    assert [ref["id"] for ref in refs] == [str(item["id"])]
    assert ado.pull_request(PROJECT, repository["name"], made["pullRequestId"])["workItemRefs"] == refs


def test_a_link_made_on_the_work_item_shows_on_the_pull_request(http, ado, pull, repository):
    item = ado.create_work_item(PROJECT, "Bug", "Linked from here")["id"]
    url = f"vstfs:///Git/PullRequestId/{repository['project']}%2F{repository['id']}%2F{pull['pullRequestId']}"
    relation = {"rel": "ArtifactLink", "url": url, "attributes": {"name": "Pull Request"}}
    patch = [{"op": "add", "path": "/relations/-", "value": relation}]
    headers = {"Content-Type": "application/json-patch+json"}
    http.patch(f"_apis/wit/workitems/{item}", content=json.dumps(patch), headers=headers)
    assert [ref["id"] for ref in http.get(f"{pull['url']}/workitems").json()["value"]] == [str(item)]
    patch = [{"op": "remove", "path": "/relations/0"}]
    http.patch(f"_apis/wit/workitems/{item}", content=json.dumps(patch), headers=headers)
    assert http.get(f"{pull['url']}/workitems").json()["count"] == 0


def test_links_can_be_switched_off_to_test_their_readers(http, ado, pushed, path):
    item = ado.create_work_item(PROJECT, "Bug", "Not linked")["id"]
    ado.switch(linkWorkItems=False)
    try:
        made = http.post(path, json=body(workItemRefs=[{"id": str(item)}])).json()
    finally:
        ado.switch(linkWorkItems=True)
    assert http.get(f"{made['url']}/workitems").json()["count"] == 0


def test_lists_cut_the_description_and_filter(http, pushed, path):
    http.post(path, json=body(description="x" * 500))
    listed = http.get(path).json()["value"]
    assert len(listed[0]["description"]) == 400
    assert http.get(f"{path}?searchCriteria.sourceRefName=refs/heads/other").json()["count"] == 0
    assert http.get(f"{path}?searchCriteria.targetRefName=refs/heads/main").json()["count"] == 1
    assert http.get(f"{path}?searchCriteria.status=completed").json()["count"] == 0


def test_texts_draft_and_target_can_be_changed(http, pull):
    changed = http.patch(pull["url"], json={"title": "New", "description": "", "isDraft": True}).json()
    assert (changed["title"], changed["isDraft"], "description" in changed) == ("New", True, False)
    assert http.patch(pull["url"], json={"createdBy": {}}).status_code == 400
    assert http.patch(pull["url"], json={"title": ""}).status_code == 400


@pytest.mark.parametrize("strategy", ["noFastForward", "squash", "rebase", "rebaseMerge"])
def test_completing_merges_into_the_target(http, pushed, pull, strategy):
    options = {"mergeStrategy": strategy, "deleteSourceBranch": True, "mergeCommitMessage": "Merged!"}
    completion = {
        "status": "completed",
        "lastMergeSourceCommit": pull["lastMergeSourceCommit"],
        "completionOptions": options,
    }
    done = http.patch(pull["url"], json=completion).json()
    assert (done["status"], done["closedBy"]["uniqueName"]) == ("completed", ADMINISTRATOR)
    git("fetch", "-q", "--prune", "origin", cwd=pushed)
    assert git("show", "origin/main:src/app.py", cwd=pushed).stdout.endswith("42\n")
    assert "origin/topic" not in git("branch", "-r", cwd=pushed).stdout
    parents = git("log", "-1", "--format=%P", "origin/main", cwd=pushed).stdout.split()
    assert len(parents) == {"noFastForward": 2, "squash": 1, "rebase": 1, "rebaseMerge": 2}[strategy]
    assert http.patch(pull["url"], json={"title": "x"}).status_code == 403


def test_completing_needs_the_newest_source_commit(http, pull):
    stale = {"status": "completed", "lastMergeSourceCommit": {"commitId": "1" * 40}}
    assert http.patch(pull["url"], json=stale).status_code == 409


def test_a_draft_cannot_be_completed(http, pull):
    http.patch(pull["url"], json={"isDraft": True})
    completion = {"status": "completed", "lastMergeSourceCommit": pull["lastMergeSourceCommit"]}
    assert http.patch(pull["url"], json=completion).status_code == 400


def test_conflicts_are_found_and_prevent_completion(http, pushed, path):
    git("checkout", "-q", "main", cwd=pushed)
    commit(pushed, "src/app.py", "def answer():\n    return 43\n", "Answer differently")
    git("push", "-q", "origin", "main", cwd=pushed)
    pull = merged(http, http.post(path, json=body()).json())
    assert pull["mergeStatus"] == "conflicts"
    completion = {"status": "completed", "lastMergeSourceCommit": pull["lastMergeSourceCommit"]}
    assert http.patch(pull["url"], json=completion).status_code == 409


def test_changes_on_both_sides_merge_when_they_do_not_conflict(http, pushed, path):
    git("checkout", "-q", "main", cwd=pushed)
    commit(pushed, "other.txt", "other\n", "Meanwhile")
    git("push", "-q", "origin", "main", cwd=pushed)
    pull = merged(http, http.post(path, json=body()).json())
    assert pull["mergeStatus"] == "succeeded"
    completion = {"status": "completed", "lastMergeSourceCommit": pull["lastMergeSourceCommit"]}
    assert http.patch(pull["url"], json=completion).json()["status"] == "completed"


def test_abandoning_frees_the_branches_and_it_can_come_back(http, pull, path):
    assert http.patch(pull["url"], json={"status": "abandoned"}).json()["status"] == "abandoned"
    other = http.post(path, json=body()).json()
    assert http.patch(pull["url"], json={"status": "active"}).status_code == 409
    http.patch(other["url"], json={"status": "abandoned"})
    assert http.patch(pull["url"], json={"status": "active"}).json()["status"] == "active"


@pytest.mark.parametrize(
    "wrong",
    [
        {"status": "open"},
        {"status": "all"},
        {"completionOptions": {"mergeStrategy": "octopus"}},
    ],
)
def test_an_unknown_value_changes_nothing(http, pull, wrong):
    answer = http.patch(pull["url"], json={"title": "Changed", **wrong})
    assert answer.status_code == 400
    assert http.get(pull["url"]).json()["title"] == pull["title"]


def test_only_the_five_votes_of_the_service_are_taken(http, pull):
    me = reviewer(http, ADMINISTRATOR)
    assert http.put(f"{pull['url']}/reviewers/{me}", json={"vote": 7}).status_code == 400
    assert http.put(f"{pull['url']}/reviewers/{me}", json={"vote": -10}).json()["vote"] == -10


def test_a_required_status_prevents_completion_until_it_succeeds(http, ado, pushed, path, repository):
    scope = [{"repositoryId": repository["id"], "refName": "refs/heads/main", "matchKind": "Exact"}]
    settings = {"scope": scope, "statusName": "verify", "statusGenre": "autocoder"}
    http.post(
        f"{PROJECT}/_apis/policy/configurations", json={"type": {"id": policies.STATUS}, "settings": settings}
    )
    pull = merged(http, http.post(path, json=body()).json())
    completion = {"status": "completed", "lastMergeSourceCommit": pull["lastMergeSourceCommit"]}
    assert http.patch(pull["url"], json=completion).status_code == 409
    http.patch(pull["url"], json={"autoCompleteSetBy": {"id": pull["createdBy"]["id"]}})
    status = {"state": "succeeded", "context": {"name": "verify", "genre": "autocoder"}, "description": "ok"}
    assert http.post(f"{pull['url']}/statuses", json=status).json()["id"] == 1
    for _ in range(200):
        if http.get(pull["url"]).json()["status"] == "completed":
            return
        time.sleep(0.01)
    raise AssertionError("it did not complete by itself")


def test_a_push_makes_another_iteration(http, pushed, pull):
    newest = commit(pushed, "src/more.py", "more = 1\n", "More")
    git("push", "-q", "origin", "topic", cwd=pushed)
    iterations = http.get(f"{pull['url']}/iterations").json()["value"]
    assert [step["id"] for step in iterations] == [1, 2]
    assert iterations[1]["sourceRefCommit"]["commitId"] == newest
    changes = http.get(f"{pull['url']}/iterations/2/changes").json()["changeEntries"]
    assert {(c["item"]["path"], c["changeType"]) for c in changes} == {
        ("/src/app.py", "edit"),
        ("/src/more.py", "add"),
    }
    commits = http.get(f"{pull['url']}/commits").json()["value"]
    assert [c["comment"] for c in commits] == ["More", "Answer right"]


def test_labels_come_and_go(http, pull):
    label = http.post(f"{pull['url']}/labels", json={"name": "ai"}).json()
    assert http.post(f"{pull['url']}/labels", json={"name": "AI"}).json()["id"] == label["id"]
    assert http.get(f"{pull['url']}/labels").json()["count"] == 1
    http.delete(f"{pull['url']}/labels/ai")
    assert http.get(f"{pull['url']}/labels").json()["count"] == 0


def test_only_reviewers_themselves_vote(http, pull):
    other, me = reviewer(http), reviewer(http, ADMINISTRATOR)
    assert http.put(f"{pull['url']}/reviewers/{other}", json={"vote": 10}).status_code == 403
    assert http.put(f"{pull['url']}/reviewers/{other}", json={"vote": 0, "isRequired": True}).json()[
        "isRequired"
    ]
    assert http.put(f"{pull['url']}/reviewers/{me}", json={"vote": 10}).json()["vote"] == 10
    assert http.get(f"{pull['url']}/reviewers").json()["count"] == 2


def test_a_person_reads_the_state_and_the_votes_by_an_extensions_token(http, ado, pull):
    me = reviewer(http, ADMINISTRATOR)
    http.put(f"{pull['url']}/reviewers/{me}", json={"vote": -5})
    headers = {"Authorization": f"Bearer {ado.create_extension_token(CONTRIBUTOR, ['vso.code'])}"}
    shown = httpx.get(f"{pull['url']}?api-version=7.1", headers=headers).json()
    state = (shown["status"], shown["isDraft"], shown["mergeStatus"])
    assert state == ("active", False, "succeeded")
    assert [(one["id"], one["vote"], bool(one["displayName"])) for one in shown["reviewers"]] == [
        (me, -5, True)
    ]


def test_threads_take_answers_and_a_status(http, pull):
    context = {
        "filePath": "/src/app.py",
        "rightFileStart": {"line": 2, "offset": 1},
        "rightFileEnd": {"line": 2, "offset": 9},
    }
    completion = {
        "comments": [{"parentCommentId": 0, "content": "Why?", "commentType": 1}],
        "status": 1,
        "threadContext": context,
    }
    thread = http.post(f"{pull['url']}/threads", json=completion).json()
    assert (thread["status"], thread["comments"][0]["commentType"]) == ("active", "text")
    url = thread["_links"]["self"]["href"]
    answer = http.post(f"{url}/comments", json={"content": "Because", "parentCommentId": 1}).json()
    assert (answer["id"], answer["parentCommentId"]) == (2, 1)
    assert http.patch(f"{url}/comments/2", json={"content": "Edited"}).json()["content"] == "Edited"
    assert http.patch(url, json={"status": "fixed"}).json()["status"] == "fixed"
    assert http.get(f"{pull['url']}/threads").json()["value"][0]["threadContext"] == context
    assert http.delete(f"{url}/comments/2").status_code == 200
    assert http.get(f"{url}/comments/2").json()["isDeleted"]


@pytest.mark.parametrize(
    "wrong", [{}, {"comments": [{"content": ""}]}, {"comments": [{"content": "x"}], "status": "odd"}]
)
def test_a_wrong_thread_is_refused(http, pull, wrong):
    assert http.post(f"{pull['url']}/threads", json=wrong).status_code == 400


def test_a_comment_over_150000_characters_is_refused(http, pull):
    answer = http.post(f"{pull['url']}/threads", json={"comments": [{"content": "x" * 150_001}]})
    words = "A discussion comment cannot be longer than 150000 characters.\r\nParameter name: comment.Content"
    assert (answer.status_code, answer.json()["message"]) == (400, words)


def test_a_missing_pull_request_is_404(http, pull, path):
    assert http.get(f"{path}/99999").status_code == 404
    assert http.get("_apis/git/pullrequests/99999").status_code == 404
    assert http.get(f"_apis/git/pullrequests/{pull['pullRequestId']}").status_code == 200
