"""Who may start a run from Azure DevOps: people who may write to the repository, or those of a group."""

import itertools
import json
import re

import httpx
import pytest

from emulators import identities, tokens
from emulators.azure_devops.control.client import AzureDevOps
from emulators.platform.app_settings import ORGANIZATION, PROJECT, REPOSITORY
from emulators.ports import AZURE_DEVOPS
from tests.hostile.attacks import attack_on

CONTRIBUTE = 4
numbers = itertools.count(1)
GROUP = rf"[{PROJECT}]\Autocoder users"


@pytest.fixture(scope="module")
def people(hostile):
    """Two people who may edit work items: `reader` may not write to the repository, `developer` may."""
    with AzureDevOps(hostile.url(AZURE_DEVOPS), ORGANIZATION) as control:
        for name in ("reader", "developer"):
            control.create_identity(name.capitalize(), f"{name}@fabrikam.invalid")
            control.add_to_group(f"{name}@fabrikam.invalid", rf"[{PROJECT}]\Contributors")
        repository = hostile.person.ask("GET", f"{PROJECT}/_apis/git/repositories/{REPOSITORY}")
        token = f"repoV2/{repository['project']['id']}/{repository['id']}"
        control.grant("reader@fabrikam.invalid", token, deny=CONTRIBUTE)
    signed_in = {
        name: AzureDevOps(hostile.url(AZURE_DEVOPS), ORGANIZATION, person=f"{name}@fabrikam.invalid")
        for name in ("reader", "developer")
    }
    yield signed_in
    for person in signed_in.values():
        person.close()


@pytest.fixture
def newcomer(hostile):
    """A person who may contribute and whom the app has not looked up yet."""
    address = f"newcomer-{next(numbers)}@fabrikam.invalid"
    with AzureDevOps(hostile.url(AZURE_DEVOPS), ORGANIZATION) as control:
        control.create_identity("Newcomer", address)
        control.add_to_group(address, rf"[{PROJECT}]\Contributors")
    with AzureDevOps(hostile.url(AZURE_DEVOPS), ORGANIZATION, person=address) as person:
        yield person


def tag(platform, attack, person):
    """Let *person* set the tag; returns the run when it has ended."""
    person.add_tag(PROJECT, attack.item["id"], "autocoder")
    attack.run_id = platform.run_of(attack.item["id"])
    return platform.finished(attack.run_id)


def test_a_tag_of_a_person_who_may_not_contribute_starts_no_agent(hostile, attack, people):
    asked = attack("echo fine >fine.txt")
    tag(hostile, asked, people["reader"])
    run = asked.published_nothing("refused")
    assert run["reason"] == f"Reader lacks the permission Contribute in {REPOSITORY}."
    assert "running" not in run["phases"]


def test_a_tag_of_a_person_who_may_contribute_starts_a_run(hostile, attack, people):
    asked = attack("echo fine >fine.txt")
    tag(hostile, asked, people["developer"])
    asked.published_once()


UNREADABLE = {"value": [{"acesDictionary": {"one": {"allow": "everything"}}}]}
ASKING = {"identities": "/_apis/identities", "permissions": "/_apis/accesscontrollists"}


@pytest.mark.parametrize(
    ("asking", "trouble", "outcome", "reason"),
    [
        ("identities", {"status": 403}, "failed", "forbidden"),
        (
            "identities",
            {"status": 200, "body": '{"count": 0, "value": []}'},
            "refused",
            "cannot read the identity",
        ),
        ("identities", {"status": 200, "body": '{"value": [null]}'}, "refused", "cannot read the identity"),
        ("identities", {"status": 200, "body": "{}"}, "failed", "did not return a list of identities"),
        ("permissions", {"status": 403}, "failed", "forbidden"),
        (
            "permissions",
            {"status": 200, "body": '{"value": []}'},
            "refused",
            "lacks the permission Contribute",
        ),
        ("permissions", {"status": 200, "body": json.dumps(UNREADABLE)}, "failed", "list that is not valid"),
    ],
)
def test_a_person_who_cannot_be_looked_up_starts_no_agent(
    hostile, attack, newcomer, asking, trouble, outcome, reason
):
    asked = attack("echo fine >fine.txt")
    hostile.fault(AZURE_DEVOPS, path=ASKING[asking], times=10, **trouble)
    tag(hostile, asked, newcomer)
    run = asked.published_nothing(outcome)
    assert reason in run["reason"]
    assert "running" not in run["phases"]


def test_permissions_are_cached_for_a_while_and_failed_lookups_are_not(hostile, attack, newcomer):
    hostile.fault(AZURE_DEVOPS, path=ASKING["permissions"], status=403)
    unknown, first, second = (attack("echo fine >fine.txt") for _ in range(3))
    tag(hostile, unknown, newcomer)
    unknown.published_nothing("failed")
    tag(hostile, first, newcomer)
    first.published_once()
    for path in ASKING.values():
        hostile.fault(AZURE_DEVOPS, path=path, status=403)
    tag(hostile, second, newcomer)
    second.published_once()


def test_the_requester_is_taken_from_the_record_and_not_from_the_delivery(hostile, attack, people):
    asked = attack("echo fine >fine.txt")
    number = asked.item["id"]
    people["reader"].update_work_item(PROJECT, number, {"System.Title": "By the reader"})
    delivery = delivery_of(hostile, number)
    hostile.deliver(delivery)
    asked.run_id = hostile.run_of(number)
    hostile.finished(asked.run_id)
    asked.published_nothing("refused")


def delivery_of(platform, number):
    """A delivery that claims an administrator set the tag, for the newest update of a work item."""
    found = platform.person.ask("GET", f"{PROJECT}/_apis/wit/workItems/{number}/updates")["value"]
    item = platform.person.work_item(number)
    administrator = platform.person.ask("GET", "_apis/connectionData", version="7.1-preview")[
        "authenticatedUser"
    ]
    who = {
        "id": administrator["id"],
        "displayName": "Normal Paulk",
        "uniqueName": "fabrikamfiber16@hotmail.com",
    }
    fields = {"System.Tags": {"newValue": "autocoder"}, "System.ChangedBy": {"newValue": "Normal Paulk"}}
    return {
        "subscriptionId": "3f9a8c52-0000-4000-8000-000000000000",
        "notificationId": 1,
        "id": "27646e0e-0000-4000-8000-000000000000",
        "eventType": "workitem.updated",
        "publisherId": "tfs",
        "resource": {
            "id": found[-1]["id"],
            "workItemId": number,
            "rev": item["rev"],
            "revisedBy": who,
            "fields": fields,
            "url": f"{platform.person.url}/_apis/wit/workItems/{number}/updates/{found[-1]['id']}",
            "revision": {
                "id": number,
                "rev": item["rev"],
                "fields": {**item["fields"], "System.Tags": "autocoder"},
                "url": f"{platform.person.url}/_apis/wit/workItems/{number}/revisions/{item['rev']}",
            },
        },
        "resourceContainers": {
            "project": {"id": platform.sample.project_id, "baseUrl": f"{platform.person.url}/"}
        },
    }


def test_a_change_by_the_apps_own_identity_starts_nothing(hostile, attack):
    number = attack("echo fine >fine.txt").item["id"]
    token = tokens.mint(
        hostile.state, resource=tokens.AZURE_DEVOPS_RESOURCE, client_id=identities.APP.client_id
    )
    answer = httpx.patch(
        f"{hostile.person.url}/_apis/wit/workitems/{number}",
        params={"api-version": "7.1"},
        json=[{"op": "add", "path": "/fields/System.Tags", "value": "autocoder"}],
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json-patch+json"},
        trust_env=False,
    )
    assert answer.status_code == 200, answer.text
    said = hostile.wait_for(lambda: answers_about(hostile, number), "the delivery", 20)
    accepted = re.search(r'"deliveryId": "(\w+)"', said)
    outcome = hostile.delivery(accepted[1])["code"] if accepted else said
    assert "own_change" in outcome
    assert hostile.app.runs(workItemId=number) == []


def answers_about(platform, number):
    """The app's answer to the delivery of a work item's tag change, or None so far."""
    with AzureDevOps(platform.url(AZURE_DEVOPS), ORGANIZATION) as control:
        if control.waiting_notifications():
            return ""
        ours = platform.person.ask("GET", "_apis/hooks/subscriptions")["value"]
        (updated,) = [one["id"] for one in ours if one["eventType"] == "workitem.updated"]
        path = f"_apis/hooks/subscriptions/{updated}/notifications"
        for one in platform.person.ask("GET", path)["value"]:
            details = platform.person.ask("GET", f"{path}/{one['id']}").get("details", {})
            if f"/workItems/{number}/" in str(details) or f'"workItemId": {number}' in str(details):
                return str(details.get("response") or details.get("result") or details)
    return ""


@pytest.fixture(scope="module")
def group(hostile, people):
    """The setting ALLOWED_REQUESTERS_GROUP, with `reader` in the group; reset at the end."""
    with AzureDevOps(hostile.url(AZURE_DEVOPS), ORGANIZATION) as control:
        control.create_identity(GROUP, GROUP, kind="group")
        control.add_to_group("reader@fabrikam.invalid", GROUP)
    hostile.restart_host_with(ALLOWED_REQUESTERS_GROUP=GROUP)
    yield
    hostile.restart_host_with()


def test_with_a_group_set_its_members_may_start_runs(hostile, group, people):
    asked = attack_on(hostile, "echo fine >fine.txt")
    tag(hostile, asked, people["reader"])
    asked.published_once()


def test_with_a_group_set_others_may_not_even_when_they_may_contribute(hostile, group, people):
    asked = attack_on(hostile, "echo fine >fine.txt")
    tag(hostile, asked, people["developer"])
    run = asked.published_nothing("refused")
    assert "Developer is not a member of the group" in run["reason"]
