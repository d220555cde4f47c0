"""The sign-in of people at the extension's pages: what opens the routes, and what does not."""

import json
import time

import httpx
import jwt
import pytest

from emulators import identities, tokens
from emulators.azure_devops.control.client import AzureDevOps
from emulators.extension import EXTENSION_ID, ISSUER, ensure_key
from emulators.platform.app_settings import ORGANIZATION, PROJECT, REPOSITORY
from emulators.ports import AZURE_DEVOPS, FUNCTIONS_HOST, KEY_VAULT
from tests.boards import PLACE, PageUser, access_token, contributor, refused
from tests.hostile.attacks import attack_on
from tests.hostile.evidence import everything, sightings

READ, CONTRIBUTE = 2, 4
UNKNOWN_TOKEN = "a-token-that-nobody-has-issued"
ELSEWHERE = "Elsewhere"  # a project that `ada` may not see
OTHER_GUID = "44444444-4444-4444-8444-444444444444"
FINE = "echo fine >fine.txt"
UNKNOWN_RUN = "0" * 20
ROUTES = [
    ("GET", "agents", PLACE),
    ("GET", "repositories", PLACE),
    ("GET", "templates", {}),
    ("POST", "runs", {}),
    ("GET", "runs", {**PLACE, "workItemId": 1}),
    ("GET", f"runs/{UNKNOWN_RUN}", {}),
    ("GET", f"runs/{UNKNOWN_RUN}/log", {}),
    ("POST", f"runs/{UNKNOWN_RUN}/cancel", {}),
    ("POST", f"runs/{UNKNOWN_RUN}/retry", {}),
]


@pytest.fixture(scope="module")
def people(hostile):
    """`ada` may contribute, `rita` may not push, `uma` may not even read, and `sam` has no rights at all.

    All but `sam` may see the project and its work items.
    """
    with AzureDevOps(hostile.url(AZURE_DEVOPS), ORGANIZATION) as control:
        control.create_project(ELSEWHERE)
        for name in ("ada", "rita", "uma", "sam"):
            control.create_identity(name.capitalize(), f"{name}@boards.invalid")
        for name in ("ada", "rita", "uma"):
            control.add_to_group(f"{name}@boards.invalid", rf"[{PROJECT}]\Contributors")
        found = hostile.person.ask("GET", f"{PROJECT}/_apis/git/repositories/{REPOSITORY}")
        token = f"repoV2/{found['project']['id']}/{found['id']}"
        control.grant("rita@boards.invalid", token, deny=CONTRIBUTE)
        control.grant("uma@boards.invalid", token, deny=READ | CONTRIBUTE)
    return {name: PageUser(hostile, f"{name}@boards.invalid") for name in ("ada", "rita", "uma", "sam")}


@pytest.fixture
def ada(people):
    return people["ada"]


@pytest.fixture
def item(hostile):
    """The number of a new work item whose run ends quickly."""
    yield attack_on(hostile, FINE).item["id"]
    hostile.forget_faults()


@pytest.fixture(scope="module")
def ended(hostile, people):
    """A run that `ada` started and that has ended."""
    answer = people["ada"].start(attack_on(hostile, FINE).item["id"])
    assert answer.status_code == 202, answer.text
    return hostile.finished(answer.json()["id"])


def app_token(platform, key=None, **claims):
    """An app token with other claims, or signed with another key."""
    now = int(time.time())
    given = {
        "nameid": "ada", "tid": tokens.TENANT, "jti": "1", "iss": ISSUER, "aud": EXTENSION_ID,
        "nbf": now, "exp": now + 4200, **claims,
    }  # fmt: skip
    given = {name: value for name, value in given.items() if value is not None}
    return jwt.encode(given, key or ensure_key(platform.state), algorithm="HS256")


def test_these_are_all_routes_of_the_extension(hostile):
    paths = hostile.app.http.get("/api/openapi.json").json()["paths"]
    found = {
        (method.upper(), path) for path in paths for method in paths[path] if path.startswith("/boards/")
    }
    assert found == {(method, f"/boards/{path.replace(UNKNOWN_RUN, '{id}')}") for method, path, _ in ROUTES}


# -- the app token ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("method", "path", "query"), ROUTES)
@pytest.mark.parametrize(
    ("headers", "words"),
    [
        ({"Authorization": None}, "app token"),
        ({"Authorization": "Basic YTpi"}, "app token"),
        ({"Authorization": "Bearer x.y.z"}, "app token"),
    ],
)
def test_no_route_answers_without_an_app_token(ada, method, path, query, headers, words):
    refused(ada.ask(method, path, headers=headers, **query), 401, "not_signed_in", words)


@pytest.mark.parametrize(
    ("claims", "words"),
    [
        ({"key": "another key of another extension, just as long"}, "was not signed with"),
        ({"exp": int(time.time()) - 3600}, "has expired"),
        ({"nbf": int(time.time()) + 3600}, "is not valid yet"),
        ({"aud": OTHER_GUID}, "another extension"),
        ({"aud": "contoso.autocoder"}, "another extension"),
        ({"iss": "https://sts.windows.net/"}, "not issued by Azure DevOps"),
        ({"tid": OTHER_GUID}, "EXTENSION_TENANTS"),
        ({"tid": None}, "lacks a claim"),
    ],
)
def test_an_app_token_that_is_not_right_starts_nothing(hostile, ada, item, claims, words):
    wrong = {"Authorization": f"Bearer {app_token(hostile, **claims)}"}
    body = {**PLACE, "workItemId": item}
    refused(ada.ask("POST", "runs", body=body, headers=wrong), 401, "not_signed_in", words)
    assert hostile.app.runs(workItemId=item) == []


def test_the_function_key_opens_no_route_of_the_extension(hostile):
    answer = hostile.app.http.get("/api/boards/runs", params={**PLACE, "workItemId": 1})
    refused(answer, 401, "not_signed_in", "app token")


@pytest.mark.parametrize("value", [b"\xff\xfe", "é".encode(), b"x" * 7000, b"a b"])
@pytest.mark.parametrize("name", ["Authorization", "X-Azure-DevOps-Token"])
def test_headers_of_garbage_are_refused(hostile, ada, name, value):
    headers = {
        "Authorization": f"Bearer {ada.app_token}".encode(),
        "X-Azure-DevOps-Token": ada.user_token.encode(),
        name: b"Bearer " + value if name == "Authorization" else value,
    }
    url = f"{hostile.url(FUNCTIONS_HOST)}/api/boards/agents"
    answer = httpx.get(url, params=PLACE, headers=headers, trust_env=False, timeout=60)
    refused(answer, 401, "not_signed_in")


# -- the person's access token ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path", "query"), [route for route in ROUTES if UNKNOWN_RUN not in route[1]]
)
def test_no_route_answers_to_an_unknown_token(ada, method, path, query):
    body = {**PLACE, "workItemId": 1} if method == "POST" else None
    answer = ada.ask(method, path, body=body, headers={"X-Azure-DevOps-Token": UNKNOWN_TOKEN}, **query)
    refused(answer, 401, "not_signed_in", "X-Azure-DevOps-Token")


@pytest.mark.parametrize(("method", "path", "query"), ROUTES)
@pytest.mark.parametrize("value", [None, "", "agents"])
def test_no_route_answers_without_a_token_of_the_person(ada, method, path, query, value):
    body = {**PLACE, "workItemId": 1} if method == "POST" else None
    answer = ada.ask(method, path, body=body, headers={"X-Azure-DevOps-Token": value}, **query)
    refused(answer, 401, "not_signed_in", "X-Azure-DevOps-Token")


@pytest.mark.parametrize(
    ("method", "tail"), [("GET", ""), ("GET", "/log"), ("POST", "/cancel"), ("POST", "/retry")]
)
def test_a_run_is_not_shown_without_a_token_of_the_person(ada, ended, method, tail):
    wrong = {"X-Azure-DevOps-Token": UNKNOWN_TOKEN}
    answer = ada.ask(method, f"runs/{ended['id']}{tail}", headers=wrong)
    refused(answer, 401, "not_signed_in", "X-Azure-DevOps-Token")


def test_an_expired_token_of_the_person_is_refused(hostile, item):
    token = access_token(hostile, "ada@boards.invalid", minutes=0)
    refused(PageUser(hostile, "ada", user_token=token).start(item), 401, "not_signed_in")


@pytest.mark.parametrize("status", [203, 302, 401, 403])
def test_a_token_that_another_organisation_issued_is_refused(hostile, ada, item, status):
    page = {"body": "<html>Sign in</html>", "headers": {"Content-Type": "text/html"}}
    hostile.fault(AZURE_DEVOPS, path="/_apis/connectionData", status=status, **page)
    refused(ada.start(item), 401, "not_signed_in", "Azure DevOps does not accept")
    assert hostile.app.runs(workItemId=item) == []


@pytest.mark.parametrize(
    "user", [None, {}, {"id": ""}, {"id": 5}, {"id": "aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa"}]
)
def test_a_person_without_an_identity_is_refused(hostile, ada, item, user):
    answer = {
        "body": json.dumps({"authenticatedUser": user}),
        "headers": {"Content-Type": "application/json"},
    }
    hostile.fault(AZURE_DEVOPS, path="/_apis/connectionData", status=200, **answer)
    refused(ada.start(item), 401, "not_signed_in")


@pytest.mark.parametrize("other", ["contoso", "fabrikam2", "FABRI\u212aAM", "../fabrikam", "a@evil.invalid"])
def test_no_token_is_sent_to_another_organisation(hostile, ada, item, other):
    with hostile.client(AZURE_DEVOPS) as http:
        hostile.fault(AZURE_DEVOPS, path="^/", status=500)
        answer = ada.start(item, organization=other)
        shown = ada.ask("GET", "agents", organization=other)
        assert len(http.get("/_control/faults").json()["faults"]) == 1  # no request has met it
    assert answer.status_code in (400, 401), answer.text
    assert shown.status_code in (400, 401), shown.text


def test_an_organisation_that_is_not_served_is_401(ada, item):
    refused(ada.start(item, organization="contoso"), 401, "not_signed_in", "ALLOWED_ORGANIZATIONS")
    refused(ada.ask("GET", "agents", organization="contoso"), 401, "not_signed_in", "ALLOWED_ORGANIZATIONS")


# -- what the person may see and change -------------------------------------------------------------------


def test_a_person_starts_a_run_as_themselves(hostile, ada, ended):
    assert ended["status"] == "completed", ended
    assert (ended["requestedBy"], ended["source"]) == ("Ada", "boards")
    shown = ada.ask("GET", f"runs/{ended['id']}").json()
    assert shown["links"]["log"].endswith(f"/api/boards/runs/{ended['id']}/log")
    assert ada.ask("GET", f"runs/{ended['id']}/log").json()["complete"] is True
    listed = ada.ask("GET", "runs", **PLACE, workItemId=ended["workItemId"]).json()
    assert [run["id"] for run in listed["value"]] == [ended["id"]]
    assert ada.ask("POST", f"runs/{ended['id']}/cancel").json()["error"]["code"] == "too_late"


def test_a_retry_belongs_to_the_person_who_asks_for_it(hostile, ada):
    first = hostile.post_run({"workItemId": attack_on(hostile, FINE).item["id"]}).json()
    hostile.finished(first["id"])
    answer = ada.ask("POST", f"runs/{first['id']}/retry")
    assert answer.status_code == 202, answer.text
    run = hostile.finished(answer.json()["id"])
    assert (run["requestedBy"], run["source"]) == ("Ada", "boards")


def test_an_idempotency_key_of_another_person_gives_no_run(ada, people, item):
    first = ada.start(item, key="the same")
    assert ada.start(item, key="the same").json()["id"] == first.json()["id"]
    refused(people["sam"].start(item, key="the same"), 403, "not_visible")


def test_an_item_that_the_person_may_not_see_is_403(hostile, people, item):
    refused(people["sam"].start(item), 403, "not_visible")
    asked = people["sam"].ask("GET", "runs", **PLACE, workItemId=item)
    refused(asked, 403, "not_visible")
    refused(people["sam"].ask("GET", "repositories", **PLACE, workItemId=item), 403, "not_visible")
    assert hostile.app.runs(workItemId=item) == []


def test_an_item_that_does_not_exist_is_403(ada):
    refused(ada.start(2_000_000_000), 403, "not_visible")
    refused(ada.start(1, project="Nowhere", repository="web"), 403, "not_visible")


@pytest.mark.parametrize(
    ("method", "tail"), [("GET", ""), ("GET", "/log"), ("POST", "/cancel"), ("POST", "/retry")]
)
def test_the_run_of_an_item_that_the_person_may_not_see_is_403(people, ended, method, tail):
    refused(people["sam"].ask(method, f"runs/{ended['id']}{tail}"), 403, "not_visible")


@pytest.mark.parametrize(
    ("method", "tail"), [("GET", ""), ("GET", "/log"), ("POST", "/cancel"), ("POST", "/retry")]
)
def test_a_run_without_a_work_item_is_unknown(hostile, ada, method, tail):
    started = hostile.post_run({"userPrompt": "ATTACK 0"}).json()
    refused(ada.ask(method, f"runs/{started['id']}{tail}"), 404, "unknown_run")
    refused(ada.ask(method, f"runs/{UNKNOWN_RUN}{tail}"), 404, "unknown_run")
    hostile.finished(started["id"])


@pytest.mark.parametrize("evaluates", [True, False])
def test_a_person_who_may_not_contribute_starts_cancels_and_retries_nothing(
    hostile, people, ended, item, evaluates
):
    with AzureDevOps(hostile.url(AZURE_DEVOPS), ORGANIZATION) as control:
        control.switch(extensionEvaluatesPermissions=evaluates)
        try:
            rita = people["rita"]
            refused(rita.start(item), 403, "not_contributor", REPOSITORY)
            refused(rita.ask("POST", f"runs/{ended['id']}/cancel"), 403, "not_contributor")
            refused(rita.ask("POST", f"runs/{ended['id']}/retry"), 403, "not_contributor")
            assert rita.ask("GET", f"runs/{ended['id']}").status_code == 200
        finally:
            control.switch(extensionEvaluatesPermissions=True)
    assert hostile.app.runs(workItemId=item) == []


def test_a_contributor_is_recognised_by_the_access_control_list_too(hostile, ada, item):
    with AzureDevOps(hostile.url(AZURE_DEVOPS), ORGANIZATION) as control:
        control.switch(extensionEvaluatesPermissions=False)
        try:
            answer = ada.start(item)
        finally:
            control.switch(extensionEvaluatesPermissions=True)
    assert answer.status_code == 202, answer.text


def test_a_repository_that_does_not_exist_is_403(hostile, ada, item):
    refused(ada.start(item, repository="nowhere"), 403, "not_contributor", "nowhere")
    assert hostile.app.runs(workItemId=item) == []


UNCLEAR = ["{}", "[]", '{"evaluations": []}', '{"evaluations": [{"value": "true"}]}', '{"evaluations": [1]}']


@pytest.mark.parametrize("body", UNCLEAR)
def test_an_unclear_answer_about_permissions_is_a_no(hostile, ada, item, body):
    answer = {"body": body, "headers": {"Content-Type": "application/json"}}
    hostile.fault(AZURE_DEVOPS, path="permissionevaluationbatch", status=200, **answer)
    refused(ada.start(item), 403, "not_contributor")


def test_the_body_must_name_organisation_project_and_item(ada):
    answer = ada.ask("POST", "runs", body={"userPrompt": "Do it"})
    refused(answer, 400, "invalid_request")
    fields = {problem["field"] for problem in answer.json()["error"]["details"]["problems"]}
    assert fields >= {"organization", "project", "workItemId"}
    refused(ada.ask("GET", "runs", **PLACE), 400, "invalid_query", "workItemId is required")


def test_a_requester_in_the_body_is_refused(ada, item):
    refused(ada.start(item, requester={"name": "Somebody else"}), 400, "invalid_request", "unknown field")


@pytest.mark.parametrize("evaluates", [True, False])
def test_the_log_is_shown_to_those_who_may_read_the_repository(hostile, people, ended, evaluates):
    with AzureDevOps(hostile.url(AZURE_DEVOPS), ORGANIZATION) as control:
        control.switch(extensionEvaluatesPermissions=evaluates)
        try:
            for query in ({}, {"raw": "true"}):
                refused(people["uma"].ask("GET", f"runs/{ended['id']}/log", **query), 403, "not_reader")
                assert people["rita"].ask("GET", f"runs/{ended['id']}/log", **query).status_code == 200
        finally:
            control.switch(extensionEvaluatesPermissions=True)
    assert people["uma"].ask("GET", f"runs/{ended['id']}").status_code == 200


def moved(platform, number):
    """Let Azure DevOps say once that a work item is in another project now."""
    body = json.dumps({"id": number, "fields": {"System.TeamProject": ELSEWHERE}})
    answer = {"body": body, "headers": {"Content-Type": "application/json"}}
    platform.fault(AZURE_DEVOPS, path=f"(?i)workitems/{number}\\?", status=200, **answer)


def test_a_run_of_an_item_in_another_project_is_not_started(hostile, ada, ended, item):
    moved(hostile, item)
    refused(ada.start(item), 403, "not_visible", f"does not exist in {PROJECT}")
    moved(hostile, ended["workItemId"])
    refused(ada.ask("POST", f"runs/{ended['id']}/retry"), 403, "not_visible", PROJECT)
    assert hostile.app.runs(workItemId=item) == []


def test_the_runs_of_an_item_that_moved_are_still_shown(hostile, ada, ended):
    for path, query in (("runs", {**PLACE, "workItemId": ended["workItemId"]}), (f"runs/{ended['id']}", {})):
        moved(hostile, ended["workItemId"])
        answer = ada.ask("GET", path, **query)
        assert answer.status_code == 200, answer.text
        assert ended["id"] in answer.text


def test_the_name_of_the_organisation_may_be_written_in_another_case(ada, ended):
    query = {"organization": ORGANIZATION.upper(), "workItemId": ended["workItemId"], "top": 1}
    assert [run["id"] for run in ada.ask("GET", "runs", **query).json()["value"]] == [ended["id"]]


def test_a_retry_with_another_persons_key_is_another_run(hostile, people):
    first = hostile.post_run({"workItemId": attack_on(hostile, FINE).item["id"]}).json()
    hostile.finished(first["id"])
    again = {"Idempotency-Key": "the same"}
    mine = people["ada"].ask("POST", f"runs/{first['id']}/retry", headers=again)
    assert mine.status_code == 202, mine.text
    hostile.finished(mine.json()["id"])
    repeat = people["ada"].ask("POST", f"runs/{first['id']}/retry", headers=again)
    assert repeat.json()["id"] == mine.json()["id"]
    theirs = contributor(hostile, "bea").ask("POST", f"runs/{first['id']}/retry", headers=again)
    assert theirs.status_code == 202, theirs.text
    assert theirs.json()["id"] != mine.json()["id"]
    assert hostile.finished(theirs.json()["id"])["requestedBy"] == "Bea"


def test_no_answer_names_a_route_for_which_people_have_no_key(ada, ended):
    path = f"runs/{ended['id']}"
    answers = [
        ada.ask("GET", f"runs/{UNKNOWN_RUN}"),
        ada.ask("POST", f"{path}/cancel"),
        ada.ask("GET", path),
        ada.start(2_000_000_000),
    ]
    for answer in answers:
        assert "/api/runs" not in answer.text


def test_a_busy_azure_devops_says_how_long_to_wait(hostile, ada, item):
    hostile.fault(AZURE_DEVOPS, path="/_apis/connectionData", status=429, headers={"Retry-After": "42"})
    answer = ada.start(item)
    refused(answer, 503, "busy")
    assert answer.headers["Retry-After"] == "43"


# -- what people can choose -------------------------------------------------------------------------------


def test_agents_repositories_and_templates_are_listed_for_a_person(hostile, ada):
    assert ada.ask("GET", "agents", **PLACE).json() == hostile.app.http.get("/api/agents").json()
    assert ada.ask("GET", "repositories", **PLACE).json() == {
        "count": 1, "isMapped": True, "value": [{"name": REPOSITORY, "isDefault": True}],
    }  # fmt: skip
    assert "feature" in ada.ask("GET", "templates").json()["value"]


@pytest.mark.parametrize("project", [ELSEWHERE, "Nowhere"])
def test_repositories_of_a_project_that_the_person_may_not_see_are_403(ada, project):
    answer = ada.ask("GET", "repositories", organization=ORGANIZATION, project=project)
    refused(answer, 403, "not_visible", project)


def test_a_project_without_mapped_repositories_says_so(hostile, ada):
    with AzureDevOps(hostile.url(AZURE_DEVOPS), ORGANIZATION) as control:
        control.create_project("Unmapped")
        control.add_to_group("ada@boards.invalid", r"[Unmapped]\Contributors")
    answer = ada.ask("GET", "repositories", organization=ORGANIZATION, project="Unmapped")
    assert answer.json() == {"count": 0, "isMapped": False, "value": []}


# -- what stays behind ------------------------------------------------------------------------------------


READS = {
    "who": "connectionData",
    "item": r"(?i)_apis/wit/workitems/\d+\?fields=System.TeamProject",
    "project": r"_apis/projects/\w+\?",
    "permission": "permissionevaluationbatch",
}


@pytest.fixture
def reads(hostile):
    """Count the reads at Azure DevOps, by kind; calling it returns the kinds that were read since then."""
    for path in READS.values():
        hostile.fault(AZURE_DEVOPS, path=path, times=50, delaySeconds=0.001)

    def counted():
        with hostile.client(AZURE_DEVOPS) as http:
            left = {fault["path"]: fault["times"] for fault in http.get("/_control/faults").json()["faults"]}
        return sorted(kind for kind, path in READS.items() for _ in range(50 - left[path]))

    yield counted
    hostile.forget_faults()


@pytest.mark.parametrize("evaluates", [True, False])
def test_azure_devops_is_asked_three_times_with_the_persons_token(hostile, ada, item, reads, evaluates):
    with AzureDevOps(hostile.url(AZURE_DEVOPS), ORGANIZATION) as control:
        control.switch(extensionEvaluatesPermissions=evaluates)
        try:
            assert ada.start(item).status_code == 202
            assert reads() == ["item", "permission", "who"]
        finally:
            control.switch(extensionEvaluatesPermissions=True)


@pytest.mark.parametrize(
    ("method", "path", "kinds"),
    [
        ("GET", "agents", ["who"]),
        ("GET", "templates", ["who"]),
        ("GET", "repositories", ["project", "who"]),
        ("GET", "runs", ["item", "who"]),
        ("GET", "runs/{run}", ["item", "who"]),
        ("GET", "runs/{run}/log", ["item", "permission", "who"]),
        ("POST", "runs/{run}/cancel", ["item", "permission", "who"]),
        ("POST", "runs/{run}/retry", ["item", "permission", "who"]),
    ],
)
def test_every_route_asks_who_the_person_is_once(ada, ended, reads, method, path, kinds):
    query = {"workItemId": ended["workItemId"]} if path == "runs" else {}
    answer = ada.ask(method, path.format(run=ended["id"]), **PLACE, **query)
    assert answer.status_code in (200, 202, 409), answer.text
    assert reads() == kinds


def test_neither_token_is_found_anywhere(hostile, people, ended):
    ada, rita = people["ada"], people["rita"]
    for one in (ada, rita):
        leak = f"HTTP 500 {one.user_token} {one.app_token}"
        hostile.fault(AZURE_DEVOPS, path="/_apis/connectionData", status=500, body=leak)
        refused(one.start(ended["workItemId"]), 503, "unavailable")
    found = {
        f"{name} {kind}": value
        for name, one in people.items()
        for kind, value in (("app token", one.app_token), ("access token", one.user_token))
    }
    assert sightings(found, list(everything(hostile))) == []


# -- the group that may start runs ------------------------------------------------------------------------


@pytest.mark.slow
def test_with_a_group_set_only_its_members_who_may_contribute_start_runs(hostile, people, item):
    group = rf"[{PROJECT}]\Boards users"
    with AzureDevOps(hostile.url(AZURE_DEVOPS), ORGANIZATION) as control:
        control.create_identity(group, group, kind="group")
        control.add_to_group("rita@boards.invalid", group)
        try:
            hostile.restart_host_with(ALLOWED_REQUESTERS_GROUP=group)
            refused(people["ada"].start(item), 403, "not_allowed", "ALLOWED_REQUESTERS_GROUP")
            refused(people["rita"].start(item), 403, "not_contributor")
            control.add_to_group("ada@boards.invalid", group)
            assert people["ada"].start(item).status_code == 202
        finally:
            hostile.restart_host_with()


# -- the settings -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def put_secret(hostile):
    """Store a secret in the vault, as an operator would."""
    token = tokens.mint(hostile.state, resource=tokens.VAULT_RESOURCE, client_id=identities.APP.client_id)

    def put(name, value):
        with hostile.client(KEY_VAULT, headers={"Authorization": f"Bearer {token}"}) as http:
            answer = http.put(f"/secrets/{name}", params={"api-version": "7.4"}, json={"value": value})
            assert answer.is_success, answer.text

    return put


def extension_check(platform):
    """The doctor's check of the extension."""
    checks = platform.app.http.get("/api/doctor").json()["checks"]
    (found,) = [check for check in checks if check["name"] == "extension"]
    return found


def test_the_doctor_knows_the_extension(hostile):
    found = extension_check(hostile)
    assert found["ok"], found
    assert EXTENSION_ID in found["message"]


@pytest.mark.slow
def test_the_previous_key_is_accepted_until_its_setting_is_removed(hostile, ada, put_secret):
    previous = "the certificate of the extension before it was replaced"
    put_secret("extension-key-previous", previous)
    old = PageUser(hostile, "ada@boards.invalid", app_token=app_token(hostile, previous))
    try:
        hostile.restart_host_with(EXTENSION_PREVIOUS_KEY_SECRET="extension-key-previous")
        assert old.ask("GET", "agents", **PLACE).status_code == 200
        assert ada.ask("GET", "agents", **PLACE).status_code == 200
    finally:
        hostile.restart_host_with()
    refused(old.ask("GET", "agents", **PLACE), 401, "not_signed_in", "was not signed with")
    assert ada.ask("GET", "agents", **PLACE).status_code == 200


@pytest.mark.slow
@pytest.mark.parametrize(
    ("key", "word"),
    [
        ("-----BEGIN CERTIFICATE-----\n" + "A" * 64 + "\n-----END CERTIFICATE-----", "more than one line"),
        ("too short", "fewer than 32 bytes"),
        ("  \n", "fewer than 32 bytes"),
    ],
)
def test_a_secret_that_is_no_extensions_key_is_named(hostile, ada, put_secret, key, word):
    put_secret("not-a-key", key)
    try:
        hostile.restart_host_with(EXTENSION_KEY_SECRET="not-a-key")
        refused(ada.ask("GET", "agents", **PLACE), 503, "not_configured", word)
        found = extension_check(hostile)
        assert not found["ok"]
        assert word in found["message"]
        assert "not-a-key (EXTENSION_KEY_SECRET)" in found["message"]
    finally:
        hostile.restart_host_with()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("settings", "word", "healthy"),
    [
        ({"EXTENSION_ID": "", "EXTENSION_TENANTS": ""}, "EXTENSION_ID", True),
        ({"EXTENSION_TENANTS": ""}, "EXTENSION_TENANTS", False),
        ({"EXTENSION_ID": ""}, "EXTENSION_ID", False),
        ({"EXTENSION_KEY_SECRET": "nowhere"}, "EXTENSION_KEY_SECRET", False),
        ({"EXTENSION_PREVIOUS_KEY_SECRET": "nowhere"}, "EXTENSION_PREVIOUS_KEY_SECRET", False),
    ],
)
def test_a_sign_in_that_is_half_configured_is_named(hostile, ada, settings, word, healthy):
    try:
        hostile.restart_host_with(**settings)
        refused(ada.ask("GET", "agents", **PLACE), 503, "not_configured", word)
        found = extension_check(hostile)
        assert found["ok"] is healthy
        assert word in found["message"]
    finally:
        hostile.restart_host_with()
