"""The list of subscriptions that the app wants, as a program uses it."""

from emulators.platform.app_settings import PROJECT
from emulators.platform.sample import EVENTS, HOOK_PATH
from emulators.ports import FUNCTIONS_HOST


def test_the_listed_subscriptions_can_be_created_as_they_are(quick):
    listed = quick.app.http.get("/api/hooks/subscriptions").json()
    assert listed["count"] == len(listed["value"])
    assert [one["eventType"] for one in listed["value"]] == list(EVENTS)
    project = quick.person.ask("GET", f"_apis/projects/{PROJECT}")["id"]
    for wanted in listed["value"]:
        assert wanted["consumerInputs"]["url"] == quick.url(FUNCTIONS_HOST) + HOOK_PATH
        assert "basicAuthPassword" not in wanted["consumerInputs"]
        body = {name: value for name, value in wanted.items() if name != "description"}
        body["publisherInputs"] = {**wanted["publisherInputs"], "projectId": project}
        body["consumerInputs"] = {**wanted["consumerInputs"], "basicAuthPassword": "synthetic"}
        created = quick.person.ask("POST", "_apis/hooks/subscriptions", json=body)
        assert created["status"] == "enabled"
        quick.person.ask("DELETE", f"_apis/hooks/subscriptions/{created['id']}")


def test_the_list_needs_a_key(quick):
    with quick.client(FUNCTIONS_HOST) as anonymous:
        assert anonymous.get("/api/hooks/subscriptions").status_code == 401
