"""Service hooks: what is sent, to which web hooks, and what happens when a delivery fails."""

import base64
import json
import queue
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from emulators.azure_devops.control.client import CONTRIBUTOR, AzureDevOps
from emulators.azure_devops.hooks import delivery as hooks
from tests.emulators.azure_devops.conftest import Running, commit, git, with_pat

PROJECT = "Fabrikam Fiber"
SAMPLES = Path(__file__).parents[3] / "samples" / "service-hooks"


class Receiver:
    """A web hook that records its deliveries and answers with the given statuses."""

    def __init__(self) -> None:
        self.got: queue.Queue = queue.Queue()
        self.answers: list[int] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                status = receiver.answers.pop(0) if receiver.answers else 200
                receiver.got.put((body, dict(self.headers)))
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def next(self) -> dict:
        return self.got.get(timeout=10)[0]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.server.shutdown()


@pytest.fixture
def project(ado, request) -> dict:
    ado.switch(hookSecondsScale=0.001)
    return ado.create_project(f"Hooks {request.node.name}"[:60].replace("[", " ").replace("]", " "))


@pytest.fixture
def subscriptions() -> list[dict]:
    """The subscriptions that a test made."""
    return []


@pytest.fixture
def subscribe(ado, project, receiver, subscriptions):
    def make(event: str, **more) -> dict:
        made = ado.subscribe(receiver.url, event, **{"projectId": project["id"], **more})
        subscriptions.append(made)
        return made

    yield make
    for made in subscriptions:
        address = ado.api("", f"hooks/subscriptions/{made['id']}")
        httpx.delete(address, params={"api-version": "7.1"}, auth=("", ado.pat)).raise_for_status()


@pytest.fixture
def settled(ado, subscriptions):
    """Wait until all notifications of the test's subscriptions are completed."""

    def wait() -> None:
        pause = threading.Event()
        for _ in range(500):
            sent = [n for made in subscriptions for n in ado.notifications(made["id"])]
            if all(notification["status"] == "completed" for notification in sent):
                return
            pause.wait(0.01)
        raise AssertionError("notifications are still on their way")

    return wait


def shape(value):
    """The keys of nested objects, without values."""
    return {key: shape(inner) for key, inner in value.items()} if isinstance(value, dict) else None


def lacks(sample, given, path=""):
    """The paths in *sample* that are missing in *given*."""
    if not isinstance(sample, dict):
        return []
    missing = [f"{path}/{key}" for key in sample if key not in given]
    return missing + [
        m for key in sample if key in given for m in lacks(sample[key], given[key], f"{path}/{key}")
    ]


def test_a_created_work_item_arrives_in_the_documented_shape(ado, project, receiver, subscribe):
    subscribe("workitem.created", user="autocoder", password="secret", headers="X-Team:blue\nX-Other: a:b")
    item = ado.create_work_item(
        project["name"], "Bug", "Crash on save", tags="autocode; p1", System__AssignedTo=CONTRIBUTOR,
        Microsoft__VSTS__TCM__SystemInfo="s", Microsoft__VSTS__TCM__ReproSteps="r",
        Microsoft__VSTS__Common__AcceptanceCriteria="a",
    )  # fmt: skip
    body, headers = receiver.got.get(timeout=10)
    sample = json.loads((SAMPLES / "workitem.created.real-shape.json").read_text())
    assert lacks(shape(sample), shape(body)) == []
    assert (body["resource"]["id"], body["eventType"], body["notificationId"]) == (
        item["id"],
        "workitem.created",
        1,
    )
    assert body["resource"]["fields"]["System.CreatedBy"] == "Normal Paulk <fabrikamfiber16@hotmail.com>"
    assert headers["Authorization"] == "Basic " + base64.b64encode(b"autocoder:secret").decode()
    assert (headers["X-Team"], headers["X-Other"]) == ("blue", "a:b")


def test_an_update_names_the_work_item_and_only_what_changed(ado, project, receiver, subscribe):
    item = ado.create_work_item(project["name"], "Bug", "Crash on save", tags="p1")["id"]
    subscribe("workitem.updated")
    ado.update_work_item(project["name"], item, {"System.State": "Active"})
    ado.add_tag(project["name"], item, "autocoder")
    body, tagged = sorted((receiver.next(), receiver.next()), key=lambda body: body["notificationId"])
    sample = json.loads((SAMPLES / "workitem.updated.state.real-shape.json").read_text())
    for name in ("AssignedTo", "SystemInfo", "ReproSteps", "AcceptanceCriteria"):
        for fields in (sample["resource"]["fields"], sample["resource"]["revision"]["fields"]):
            fields.pop(next((key for key in fields if key.endswith(name)), None), None)
    assert lacks(shape(sample), shape(body)) == []
    assert (body["resource"]["id"], body["resource"]["workItemId"]) == (2, item)
    assert body["resource"]["fields"]["System.State"] == {"oldValue": "New", "newValue": "Active"}
    assert tagged["resource"]["fields"]["System.Tags"] == {"oldValue": "p1", "newValue": "autocoder; p1"}
    assert tagged["resource"]["revision"]["fields"]["System.Title"] == "Crash on save"
    assert tagged["notificationId"] == 2


def test_a_comment_arrives_as_commented_and_as_updated(ado, project, receiver, subscribe):
    item = ado.create_work_item(project["name"], "Bug", "Talk")["id"]
    subscribe("workitem.commented", commentPattern="/autocoder")
    subscribe("workitem.updated")
    ado.add_comment(project["name"], item, "/autocoder go")
    bodies = {body["eventType"]: body for body in (receiver.next(), receiver.next())}
    resource = bodies["workitem.commented"]["resource"]
    assert (resource["id"], resource["fields"]["System.History"]) == (item, "/autocoder go")
    assert set(resource["commentVersionRef"]) == {"commentId", "version", "url"}
    assert bodies["workitem.updated"]["resource"]["fields"]["System.CommentCount"] == {
        "oldValue": 0,
        "newValue": 1,
    }


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"tag": "autocoder"}, 1),
        ({"tag": "AUTOCODER"}, 1),
        ({"tag": "auto"}, 0),
        ({"workItemType": "Bug"}, 1),
        ({"workItemType": "Task"}, 0),
        ({"areaPath": "Elsewhere"}, 0),
        ({"projectId": ""}, 1),
    ],
)
def test_filters_select_the_events_that_are_sent(
    ado, project, receiver, subscribe, settled, filters, expected
):
    subscribe("workitem.created", **filters)
    ado.create_work_item(project["name"], "Bug", "Filtered", tags="autocoder")
    settled()
    assert receiver.got.qsize() == expected


def test_a_project_hears_nothing_of_another(ado, receiver, subscribe, settled):
    ado.create_project("Another")
    subscribe("workitem.created")
    ado.create_work_item("Another", "Bug", "Elsewhere")
    settled()
    assert receiver.got.empty()


def test_changed_fields_limit_updates(ado, project, receiver, subscribe, settled):
    item = ado.create_work_item(project["name"], "Bug", "Fields")["id"]
    subscribe("workitem.updated", changedFields="System.Tags")
    ado.update_work_item(project["name"], item, {"System.Title": "Other"})
    ado.add_tag(project["name"], item, "autocoder")
    settled()
    assert receiver.got.qsize() == 1


def test_pull_requests_tell_what_happens_to_them(ado, project, receiver, subscribe, work_tree):
    repository = ado.import_repository(project["name"], "hooked", work_tree)
    events = ("git.pullrequest.created", "git.pullrequest.merged", "git.pullrequest.updated")
    for event in (*events, "ms.vss-code.git-pullrequest-comment-event"):
        subscribe(event, repository=repository["id"], branch="main")
    git("checkout", "-q", "-b", "topic", cwd=work_tree)
    commit(work_tree, "x.txt", "x\n")
    git("push", "-q", with_pat(ado.clone_url(project["name"], "hooked"), ado.pat), "topic", cwd=work_tree)
    pull = ado.create_pull_request(
        project["name"],
        "hooked",
        sourceRefName="refs/heads/topic",
        targetRefName="refs/heads/main",
        title="T",
    )
    first = {body["eventType"]: body for body in (receiver.next(), receiver.next())}
    assert first["git.pullrequest.created"]["resource"]["pullRequestId"] == pull["pullRequestId"]
    assert first["git.pullrequest.merged"]["resource"]["mergeStatus"] == "succeeded"
    url = f"{pull['url']}/threads"
    ado._send("POST", url, {"comments": [{"content": "Please change"}], "status": 1})
    said = receiver.next()
    assert said["resourceVersion"] == "2.0"
    assert said["resource"]["comment"]["content"] == "Please change"
    assert "/threads/" in said["resource"]["comment"]["_links"]["threads"]["href"]
    assert said["resource"]["pullRequest"]["pullRequestId"] == pull["pullRequestId"]
    commit(work_tree, "y.txt", "y\n")
    git("push", "-q", with_pat(ado.clone_url(project["name"], "hooked"), ado.pat), "topic", cwd=work_tree)
    assert receiver.next()["eventType"] == "git.pullrequest.updated"


def test_the_bare_comment_is_sent_in_version_1(ado, project, receiver, work_tree):
    ado.import_repository(project["name"], "old", work_tree)
    body = {
        "publisherId": "tfs", "eventType": "ms.vss-code.git-pullrequest-comment-event",
        "resourceVersion": "1.0",
        "consumerId": "webHooks", "consumerActionId": "httpRequest",
        "publisherInputs": {"projectId": project["id"]}, "consumerInputs": {"url": receiver.url},
    }  # fmt: skip
    ado._send("POST", ado.api("", "hooks/subscriptions"), body)
    git(
        "push",
        "-q",
        with_pat(ado.clone_url(project["name"], "old"), ado.pat),
        "main:refs/heads/t",
        cwd=work_tree,
    )
    pull = ado.create_pull_request(
        project["name"], "old", sourceRefName="refs/heads/t", targetRefName="refs/heads/main", title="T"
    )
    ado._send("POST", f"{pull['url']}/threads", {"comments": [{"content": "Hello"}]})
    assert receiver.next()["resource"]["content"] == "Hello"


@pytest.mark.parametrize("status", [408, 502, 503, 504])
def test_a_transient_failure_is_tried_again(ado, project, receiver, subscribe, settled, status):
    receiver.answers = [status] * 3
    subscription = subscribe("workitem.created")
    ado.create_work_item(project["name"], "Bug", "Again")
    assert len({receiver.next()["notificationId"] for _ in range(4)}) == 1
    settled()
    notification = ado.notifications(subscription["id"])[0]
    assert (notification["result"], notification["details"]["requestAttempts"]) == ("succeeded", 4)
    assert ado.subscription(subscription["id"])["status"] == "enabled"


def test_transient_failures_end_after_eight_retries(ado, project, receiver, subscribe, settled):
    receiver.answers = [503] * 20
    subscription = subscribe("workitem.created")
    ado.create_work_item(project["name"], "Bug", "In vain")
    settled()
    assert receiver.got.qsize() == 9
    assert ado.subscription(subscription["id"])["status"] == "enabled"
    assert ado.notifications(subscription["id"])[0]["result"] == "failed"


def test_gone_disables_the_subscription_at_once(ado, project, receiver, subscribe, settled):
    receiver.answers = [410]
    subscription = subscribe("workitem.created")
    ado.create_work_item(project["name"], "Bug", "Gone")
    settled()
    assert ado.subscription(subscription["id"])["status"] == "disabledBySystem"
    ado.create_work_item(project["name"], "Bug", "Not sent")
    settled()
    assert receiver.got.qsize() == 1


@pytest.mark.parametrize("status", [401, 404, 429, 500, 302])
def test_other_failures_end_in_disabled_after_seven_retries(
    ado, project, receiver, subscribe, settled, status, monkeypatch
):
    monkeypatch.setattr(hooks, "PROBATION_DELAYS", (1.0,) * 7)
    receiver.answers = [status] * 20
    subscription = subscribe("workitem.created")
    ado.create_work_item(project["name"], "Bug", "Refused")
    settled()
    assert receiver.got.qsize() == 8
    assert ado.subscription(subscription["id"])["status"] == "disabledBySystem"


def test_probation_lasts_about_36_hours_and_ends_with_success(
    ado, project, receiver, subscribe, settled, monkeypatch
):
    assert 35 < sum(hooks.PROBATION_DELAYS) / 3600 < 37
    assert hooks.TRANSIENT_DELAYS == (1, 2, 4, 8, 16, 32, 60, 60)
    monkeypatch.setattr(hooks, "PROBATION_DELAYS", (1.0,) * 7)
    receiver.answers = [500]
    subscription = subscribe("workitem.created")
    ado.create_work_item(project["name"], "Bug", "Probation")
    settled()
    assert ado.subscription(subscription["id"])["status"] == "enabled"


def test_a_web_hook_that_is_down_does_not_hold_the_api_up(ado, project):
    ado.subscribe("http://127.0.0.1:9/hook", "workitem.created", projectId=project["id"])
    ado.create_work_item(project["name"], "Bug", "Nobody listens")


def test_the_password_cannot_be_read_back(ado, project, receiver, subscribe, settled):
    subscription = subscribe("workitem.created", user="u", password="very-secret")
    assert subscription["consumerInputs"]["basicAuthPassword"] == "********"
    ado.create_work_item(project["name"], "Bug", "Secret")
    receiver.next()
    settled()
    assert "very-secret" not in json.dumps(ado.subscription(subscription["id"]))
    assert "very-secret" not in json.dumps(ado.notifications(subscription["id"]))
    kept = {**subscription, "consumerInputs": {**subscription["consumerInputs"]}}
    ado._send("PUT", ado.api("", f"hooks/subscriptions/{subscription['id']}"), kept)
    ado.create_work_item(project["name"], "Bug", "Still there")
    _, headers = receiver.got.get(timeout=10)
    assert headers["Authorization"] == "Basic " + base64.b64encode(b"u:very-secret").decode()


@pytest.mark.parametrize(
    "change",
    [
        {"consumerInputs": {"url": "http://example.com/", "basicAuthPassword": "x"}},
        {"consumerInputs": {"url": "ftp://127.0.0.1/"}},
        {"consumerInputs": {}},
        {"consumerInputs": {"url": "https://example.com/", "secret": "hmac"}},
        {"eventType": "workitem.exploded"},
        {"consumerInputs": {"url": "https://example.com/", "messagesToSend": "xml"}},
    ],
)
def test_a_wrong_subscription_is_refused(ado, project, change):
    body = {
        "publisherId": "tfs", "eventType": "workitem.created", "consumerId": "webHooks",
        "consumerActionId": "httpRequest", "publisherInputs": {"projectId": project["id"]},
        "consumerInputs": {"url": "https://example.com/"}, **change,
    }  # fmt: skip
    with pytest.raises(httpx.HTTPStatusError, match="400"):
        ado._send("POST", ado.api("", "hooks/subscriptions"), body)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"consumerId": "slack"}, "the consumer slack"),
        ({"eventType": "git.push"}, "the event git.push"),
        ({"publisherInputs": {"linksChanged": "true"}}, "the filter linksChanged of workitem.created"),
    ],
)
def test_a_subscription_that_would_deliver_something_else_is_not_covered(ado, change, words):
    body = {
        "publisherId": "tfs", "eventType": "workitem.created", "consumerId": "webHooks",
        "consumerActionId": "httpRequest", "consumerInputs": {"url": "https://example.com/"}, **change,
    }  # fmt: skip
    with pytest.raises(httpx.HTTPStatusError, match=f"501 .*{words}"):
        ado._send("POST", ado.api("", "hooks/subscriptions"), body)


def test_only_administrators_see_and_make_subscriptions(server, project, subscribe):
    subscription = subscribe("workitem.created")
    with AzureDevOps(server.url, person=CONTRIBUTOR) as other:
        with pytest.raises(httpx.HTTPStatusError, match="403"):
            other.subscribe("https://example.com/", "workitem.created", projectId=project["id"])
        with pytest.raises(httpx.HTTPStatusError, match="403"):
            other.subscription(subscription["id"])


def test_a_test_notification_reports_its_result(ado, project, receiver, subscribe):
    subscription = subscribe("workitem.created", user="u", password="p")
    answer = ado._send(
        "POST", ado.api("", "hooks/testNotifications"), {"subscriptionId": subscription["id"], "details": {}}
    )
    assert (answer["status"], answer["result"]) == ("completed", "succeeded")
    assert receiver.next()["eventType"] == "workitem.created"


def test_undelivered_notifications_continue_after_a_restart(tmp_path, receiver):
    first = Running(tmp_path)
    with AzureDevOps(first.url) as ado:
        project = ado.create_project("Durable")
        item = ado.create_work_item("Durable", "Bug", "Kept")["id"]
        receiver.answers = [503]
        ado.subscribe(receiver.url, "workitem.updated", projectId=project["id"])
        ado.switch(hookSecondsScale=60)
        ado.add_tag("Durable", item, "autocoder")
        sent = receiver.next()
        ado.switch(hookSecondsScale=0.001)
    first.stop()
    second = Running(tmp_path)
    try:
        assert receiver.next() == sent
        with AzureDevOps(second.url) as ado:
            assert ado.work_item("Durable", item)["fields"]["System.Tags"] == "autocoder"
    finally:
        second.stop()
