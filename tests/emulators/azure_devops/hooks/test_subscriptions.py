"""Finding subscriptions, their health, and the event types, as a project's administrators do."""

import httpx
import pytest

from emulators.azure_devops.control.client import CONTRIBUTOR, AzureDevOps

HOOK = "https://autocoder.example.org/api/hooks/azure-devops"


@pytest.fixture
def project(ado, request) -> dict:
    return ado.create_project(f"Found {request.node.name}"[:60].replace("[", " ").replace("]", " "))


@pytest.fixture
def subscription(ado, project) -> dict:
    return ado.subscribe(
        f"{HOOK}?code=k", "workitem.updated", user="autocoder", password="secret", projectId=project["id"]
    )


def condition(name: str, value: str, operator: str = "equals") -> dict:
    return {"conditions": [{"inputId": name, "inputValue": value, "operator": operator}]}


def query(http: httpx.Client, **body) -> list[str]:
    answer = http.post("_apis/hooks/subscriptionsquery", json={"publisherId": "tfs", **body})
    assert answer.json()["publisherId"] == "tfs"
    return [found["id"] for found in answer.json()["results"]]


def test_a_query_finds_the_subscriptions_of_a_project(http, ado, project, subscription):
    other = ado.subscribe(HOOK, "workitem.created", projectId=ado.create_project("Another project")["id"])
    of_project = [condition("projectId", project["id"].upper())]
    assert query(http, publisherInputFilters=of_project) == [subscription["id"]]
    both = query(http, consumerId="webHooks", consumerActionId="httpRequest")
    assert {subscription["id"], other["id"]} <= set(both)
    assert query(http, publisherInputFilters=of_project, eventType="workitem.created") == []


def test_any_of_several_filters_suffices_and_all_conditions_of_one_count(http, project, subscription):
    of_project = condition("projectId", project["id"])
    by_url = condition("url", f"{HOOK}?code=k")
    elsewhere = condition("url", "https://example.com/")
    found = query(http, publisherInputFilters=[of_project], consumerInputFilters=[elsewhere, by_url])
    assert found == [subscription["id"]]
    both = {"conditions": by_url["conditions"] + elsewhere["conditions"]}
    assert query(http, publisherInputFilters=[of_project], consumerInputFilters=[both]) == []
    unlike = condition("url", "https://example.com/", "notEquals")
    found = query(http, publisherInputFilters=[of_project], consumerInputFilters=[unlike])
    assert found == [subscription["id"]]


def test_a_query_that_would_select_others_is_not_ignored(http):
    body = {"publisherId": "tfs", "subscriberId": "54d125f7-69f7-4191-904f-c5b96b6261c8"}
    assert http.post("_apis/hooks/subscriptionsquery", json=body).status_code == 501


def test_a_malformed_filter_is_refused(http, subscription):
    body = {"publisherInputFilters": [{"conditions": "projectId"}]}
    assert http.post("_apis/hooks/subscriptionsquery", json=body).status_code == 400


def test_a_query_shows_no_password(http, project, subscription):
    filters = [condition("projectId", project["id"])]
    body = {"publisherId": "tfs", "publisherInputFilters": filters}
    found = http.post("_apis/hooks/subscriptionsquery", json=body).json()["results"][0]
    assert found["consumerInputs"]["basicAuthPassword"] == "********"


def test_people_without_the_permission_find_nothing_and_may_change_nothing(server, project, subscription):
    with AzureDevOps(server.url, person=CONTRIBUTOR) as other:
        body = {"publisherId": "tfs"}
        assert other._send("POST", other.api("", "hooks/subscriptionsquery"), body)["results"] == []
        assert other._read(other.api("", "hooks/subscriptions"))["value"] == []
        with pytest.raises(httpx.HTTPStatusError, match="403"):
            other.notifications(subscription["id"])
        with pytest.raises(httpx.HTTPStatusError, match="403"):
            other._send("PUT", other.api("", f"hooks/subscriptions/{subscription['id']}"), subscription)


def test_administrators_of_a_project_work_with_its_subscriptions_by_an_extensions_token(ado, project):
    person = "project.administrator@example.com"
    ado.create_identity("Project administrator", person)
    ado.add_to_group(person, f"[{project['name']}]\\Project Administrators")
    headers = {"Authorization": f"Bearer {ado.create_extension_token(person, ['vso.work'])}"}
    url = ado.api("", "hooks/subscriptions?api-version=7.1")
    body = {
        "publisherId": "tfs", "eventType": "workitem.created", "resourceVersion": "1.0",
        "consumerId": "webHooks", "consumerActionId": "httpRequest",
        "publisherInputs": {"projectId": project["id"]}, "consumerInputs": {"url": HOOK},
    }  # fmt: skip
    made = httpx.post(url, headers=headers, json=body)
    assert made.status_code == 200
    assert [one["id"] for one in httpx.get(url, headers=headers).json()["value"]] == [made.json()["id"]]
    elsewhere = {"projectId": ado.create_project("Not theirs")["id"]}
    refused = httpx.post(url, headers=headers, json={**body, "publisherInputs": elsewhere})
    assert refused.status_code == 403


def test_a_status_that_the_service_sets_can_be_set_and_is_read_back(ado, subscription):
    for retries in (1, 2):
        shown = ado.set_subscription_status(subscription["id"], "onProbation")
        assert (shown["probationRetries"], bool(shown["lastProbationRetryDate"])) == (retries, True)
    assert ado.subscription(subscription["id"])["status"] == "onProbation"
    ado.set_subscription_status(subscription["id"], "disabledByInactiveIdentity")
    assert ado.subscription(subscription["id"])["status"] == "disabledByInactiveIdentity"


def test_a_put_with_the_status_enabled_enables_again(ado, subscription):
    ado.set_subscription_status(subscription["id"], "disabledBySystem")
    inputs = {**subscription["consumerInputs"], "basicAuthPassword": "another"}
    body = {**subscription, "status": "enabled", "consumerInputs": inputs}
    answer = ado._send("PUT", ado.api("", f"hooks/subscriptions/{subscription['id']}"), body)
    assert (answer["status"], answer["consumerInputs"]["basicAuthPassword"]) == ("enabled", "********")


@pytest.mark.parametrize("status", ["broken", None])
def test_an_unknown_status_is_refused(server, subscription, status):
    url = f"{server.url}/_control/subscriptions/{subscription['id']}"
    assert httpx.post(url, json={"status": status}).status_code == 400
    assert httpx.post(f"{server.url}/_control/subscriptions/x", json={"status": "enabled"}).status_code == 400


def test_failed_deliveries_are_listed_alone(ado, http, project):
    made = ado.subscribe("http://127.0.0.1:9/", "workitem.created", projectId=project["id"])
    ado._send("POST", ado.api("", "hooks/testNotifications"), {"subscriptionId": made["id"], "details": {}})
    path = f"_apis/hooks/subscriptions/{made['id']}/notifications"
    failed = http.get(path, params={"maxResults": 1, "result": "failed"}).json()["value"]
    assert (len(failed), failed[0]["status"], bool(failed[0]["details"]["errorMessage"])) == (
        1, "completed", True,
    )  # fmt: skip
    assert http.get(path, params={"result": "succeeded"}).json()["value"] == []


def test_event_types_tell_their_versions_and_filters(http):
    types = {one["id"]: one for one in http.get("_apis/hooks/publishers/tfs/eventtypes").json()["value"]}
    updated = types["workitem.updated"]
    assert (updated["publisherId"], updated["supportedResourceVersions"]) == ("tfs", ["1.0"])
    comment = types["ms.vss-code.git-pullrequest-comment-event"]
    assert comment["supportedResourceVersions"] == ["1.0", "2.0"]
    inputs = {name: {one["id"] for one in types[name]["inputDescriptors"]} for name in types}
    assert "changedFields" in inputs["workitem.updated"] - inputs["workitem.created"]
    assert all("projectId" in names for names in inputs.values())
    assert http.get("_apis/hooks/publishers/tfs/eventtypes/workitem.updated").json() == updated


@pytest.mark.parametrize(
    ("path", "status"),
    [("tfs/eventtypes/workitem.exploded", 404), ("tfs/eventtypes/git.push", 501), ("rm/eventtypes", 404)],
)
def test_unknown_event_types_and_publishers_are_refused(http, path, status):
    assert http.get(f"_apis/hooks/publishers/{path}").status_code == status
