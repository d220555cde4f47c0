import copy
import json
from pathlib import Path

import pytest

from autocoder.requests.service_hook import NO_SUBSCRIPTION, RunTrigger, Skip, read_delivery, tags_of

SAMPLES = Path(__file__).parents[2] / "samples" / "service-hooks"
TAGS = ("autocoder", "ai_item")


def sample(name):
    return json.loads((SAMPLES / f"{name}.real-shape.json").read_text())


def created(**fields):
    payload = sample("workitem.created")
    payload["resource"]["fields"].update(fields)
    return payload


def updated(old=None, new=None, current="p1", **changes):
    payload = sample("workitem.updated.state")
    fields = payload["resource"]["fields"]
    if old is not None or new is not None:
        fields["System.Tags"] = {k: v for k, v in (("oldValue", old), ("newValue", new)) if v is not None}
    fields.update(changes)
    payload["resource"]["revision"]["fields"]["System.Tags"] = current
    return payload


def test_a_work_item_created_with_a_trigger_tag_requests_a_run():
    trigger = read_delivery(created(**{"System.Tags": "p1; AI_Item"}), TAGS)
    assert isinstance(trigger, RunTrigger)
    assert (trigger.organization, trigger.project, trigger.work_item_id) == ("fabrikam", "Fabrikam", 13)
    assert trigger.requester_name == "Jamal Hartnett"


def test_an_update_names_the_work_item_not_the_update():
    trigger = read_delivery(updated(old="p1", new="p1; autocoder", current="p1; autocoder"), TAGS)
    assert isinstance(trigger, RunTrigger)
    assert trigger.work_item_id == 13
    assert trigger.requester_id == "54d125f7-69f7-4191-904f-c5b96b6261c8"


def test_a_tag_that_was_there_before_does_not_start_again():
    skip = read_delivery(updated(old="autocoder", new="autocoder; p1", current="autocoder; p1"), TAGS)
    assert isinstance(skip, Skip)
    assert skip.code == "no_change_of_content"


def test_part_of_a_tag_is_not_a_tag():
    assert (
        read_delivery(updated(new="autocoder-later", current="autocoder-later"), TAGS).code
        == "no_trigger_tag"
    )


def test_new_text_while_tagged_requests_a_run():
    changed = {"System.Description": {"oldValue": "a", "newValue": "b"}}
    assert isinstance(read_delivery(updated(current="autocoder", **changed), TAGS), RunTrigger)


def test_our_own_link_and_state_changes_start_nothing():
    changed = {"System.State": {"oldValue": "New", "newValue": "Active"}}
    assert read_delivery(updated(current="autocoder", **changed), TAGS).code == "no_change_of_content"


def test_the_same_text_has_the_same_content_and_another_text_another():
    one, two = created(**{"System.Tags": "autocoder"}), created(**{"System.Tags": "autocoder; x"})
    other = created(**{"System.Tags": "autocoder", "System.Title": "Other"})
    contents = [read_delivery(payload, TAGS).content for payload in (one, two, other)]
    assert contents[0] == contents[1] != contents[2]


def test_tags_can_choose_an_agent():
    trigger = read_delivery(created(**{"System.Tags": "autocoder; autocoder:agent=codex"}), TAGS)
    assert trigger.options == {"agent": "codex"}


@pytest.mark.parametrize(
    ("tag", "options"),
    [
        ("autocoder:repo=Web App", {"repo": "Web App"}),
        ("autocoder:repo=tidy (v2) & größe's 100%", {"repo": "tidy (v2) & größe's 100%"}),
        ("Autocoder: Repo = Web App", {"repo": "Web App"}),
        ("autocoder:model=" + "x" * 100, {"model": "x" * 100}),
        ("autocoder:later", {}),
        ("notautocoder:agnet=x", {}),
    ],
)
def test_the_value_of_an_option_may_contain_spaces(tag, options):
    assert read_delivery(created(**{"System.Tags": f"autocoder; {tag}"}), TAGS).options == options


@pytest.mark.parametrize(
    "tag",
    [
        "autocoder:agnet=codex",
        "autocoder:=codex",
        "AUTOCODER:repo=",
        "autocoder:repo= ",
        "autocoder:repo=" + "x" * 101,
        "autocoder:repo=a\x00b",
    ],
)
def test_an_invalid_option_starts_nothing_and_is_named(tag):
    skip = read_delivery(created(**{"System.Tags": f"autocoder; {tag}"}), TAGS)
    assert skip.code == "unreadable_tag"
    assert tag[:20].split("\x00")[0].strip() in skip.reason


def test_options_that_contradict_each_other_start_nothing():
    tags = "autocoder; autocoder:agent=claude; autocoder:agent=codex"
    skip = read_delivery(created(**{"System.Tags": tags}), TAGS)
    assert "autocoder:agent=codex" in skip.reason


def test_an_invalid_option_is_ignored_when_no_run_is_requested():
    assert read_delivery(created(**{"System.Tags": "autocoder:agnet=x"}), TAGS).code == "no_trigger_tag"


@pytest.mark.parametrize("value", [None, 3, [], {"a": 1}])
def test_null_and_other_types_are_not_tags(value):
    assert tags_of(value) == ()
    assert read_delivery(created(**{"System.Tags": value}), TAGS).code == "no_trigger_tag"


@pytest.mark.parametrize(
    "breakage",
    [
        lambda p: p["resource"].pop("id"),
        lambda p: p["resource"].update(id="13; drop"),
        lambda p: p["resource"].update(id=True),
        lambda p: p["resource"]["fields"].pop("System.TeamProject"),
        lambda p: p["resource"]["fields"].update({"System.TeamProject": None}),
        lambda p: p.update(resourceContainers=None),
        lambda p: p.update(resource=[]),
        lambda p: p.update(resource=None),
    ],
)
def test_a_payload_that_lacks_something_is_skipped_with_a_reason(breakage):
    payload = copy.deepcopy(created(**{"System.Tags": "autocoder"}))
    breakage(payload)
    skip = read_delivery(payload, TAGS)
    assert isinstance(skip, Skip)
    assert skip.reason


@pytest.mark.parametrize(
    "payload", [None, [], "x", 1, {}, {"eventType": {"a": 1}}, {"eventType": "build.complete"}]
)
def test_anything_else_is_skipped(payload):
    assert isinstance(read_delivery(payload, TAGS), Skip)


def test_null_description_and_title_are_content_like_any_other():
    fields = {"System.Tags": "autocoder", "System.Title": None, "System.Description": None}
    assert isinstance(read_delivery(created(**fields), TAGS), RunTrigger)


SAMPLE_URLS = (
    "http://dev.azure.com/fabrikam-fiber-inc/DefaultCollection/_apis/wit/workItems/5",
    "http://fabrikam-fiber-inc.visualstudio.com/DefaultCollection/_apis/wit/workItems/5",
)


@pytest.mark.parametrize("payload", [created(), updated()])
@pytest.mark.parametrize("url", SAMPLE_URLS)
def test_a_delivery_of_the_button_test_is_told_what_it_is(payload, url):
    payload = copy.deepcopy(payload)
    payload["resource"]["url"] = url
    skip = read_delivery(payload, TAGS)
    assert skip.code == "test_delivery"
    assert "set a trigger tag on a work item" in skip.reason


def test_a_delivery_without_a_subscription_is_a_test():
    payload = {**created(**{"System.Tags": "autocoder"}), "subscriptionId": NO_SUBSCRIPTION}
    assert read_delivery(payload, TAGS).code == "test_delivery"


@pytest.mark.parametrize("payload", [created(**{"System.Tags": "autocoder"}), updated(new="autocoder")])
@pytest.mark.parametrize("kept", [("id", "url"), ()])
def test_a_delivery_without_details_is_told_what_to_set(payload, kept):
    resource = {name: value for name, value in payload["resource"].items() if name in kept} or None
    skip = read_delivery({**payload, "resource": resource}, TAGS)
    assert skip.code == "minimal_details"
    assert "Resource details to send" in skip.reason
